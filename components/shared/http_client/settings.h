#pragma once
#include <memory>
#include <stop_token>

#include "base/result.h"
#include "components/shared/http_client/oauth2.h"
#include "components/shared/http_client/signature.h"
#include "io/http/client.h"

/// From the HTTP client settings of a config to what a client needs.
namespace components {

io::tls::Options tls_options(const TlsConfigArguments& arguments);
base::Result<io::http::ProxyOptions> proxy_options(const ProxyArguments& arguments);

/// The text itself, or the content of the file without the blanks around it.
base::Result<std::string> secret_text(const base::Secret& text, const std::string& file);

/// What all clients of one endpoint share: its settings and, with oauth2, the token. Thread safe.
class HttpSettings {
 public:
  explicit HttpSettings(HttpClientArguments arguments);

  const HttpClientArguments& arguments() const { return arguments_; }
  /// Fails when the environment names a proxy that is none.
  const base::Result<io::http::Client::Options>& options() const { return options_; }

  /// The headers that the settings ask for: Authorization and http_headers. Reads password_file,
  /// credentials_file or bearer_token_file, so call it for each request; with oauth2 it may ask for
  /// a token first. Fails when the one cannot be read or the other be had.
  base::Result<io::http::Headers> headers(std::chrono::milliseconds timeout, std::stop_token stop);
  /// The same for those who must not block: with the token that they have.
  io::http::Headers headers_with(std::string authorization) const;
  /// Of oauth2; else nullptr.
  Oauth2Token* token() const { return token_.get(); }
  /// The server answered these headers with 401. True: headers() may give better ones.
  bool renew(const io::http::Headers& refused);

 private:
  base::Result<std::string> authorization(std::chrono::milliseconds timeout, std::stop_token stop);

  const HttpClientArguments arguments_;
  const base::Result<io::http::Client::Options> options_;
  std::unique_ptr<Oauth2Token> token_;
};

}  // namespace components
