#include "components/shared/http_client/settings.h"

#include <utility>

#include "base/files.h"
#include "base/text.h"

namespace components {
namespace {

constexpr size_t kSecretBytesMax = 1 << 20;

io::tls::Version tls_version(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls10:
      return io::tls::Version::tls10;
    case TlsVersion::tls11:
      return io::tls::Version::tls11;
    case TlsVersion::tls13:
      return io::tls::Version::tls13;
    case TlsVersion::standard:
    case TlsVersion::tls12:
      break;
  }
  return io::tls::Version::tls12;
}

void add_headers(const SecretHeaders& from, io::http::Headers& to) {
  for (const auto& [name, values] : from)
    for (const base::Secret& value : values) to.push_back({name, value.reveal()});
}

base::Result<io::http::Client::Options> options_of(const HttpClientArguments& arguments) {
  io::http::Client::Options options;
  options.tls = tls_options(arguments.tls_config);
  auto proxy = proxy_options(arguments.proxy);
  if (!proxy) return tl::unexpected(proxy.error());
  options.proxy = std::move(*proxy);
  return options;
}

}  // namespace

io::tls::Options tls_options(const TlsConfigArguments& arguments) {
  return {.ca_pem = arguments.ca_pem,
          .ca_file = arguments.ca_file,
          .cert_pem = arguments.cert_pem,
          .cert_file = arguments.cert_file,
          .key_pem = arguments.key_pem,
          .key_file = arguments.key_file,
          .server_name = arguments.server_name,
          .insecure_skip_verify = arguments.insecure_skip_verify,
          .min_version = tls_version(arguments.min_version)};
}

base::Result<io::http::ProxyOptions> proxy_options(const ProxyArguments& arguments) {
  io::http::ProxyOptions options;
  if (arguments.proxy_from_environment) {
    auto found = io::http::proxy_from_environment();
    if (!found) return found;
    options = std::move(*found);
  } else if (!arguments.proxy_url.text.empty()) {
    auto url = io::http::parse_url(arguments.proxy_url.text);
    if (!url) return base::in_context("proxy_url", url.error());
    options.for_http = options.for_https = std::move(*url);
    options.no_proxy = arguments.no_proxy;
    // As Go does it: a proxy without exceptions is for all servers, one with them not for this
    // host.
    options.is_loopback_direct = !options.no_proxy.empty();
  }
  add_headers(arguments.proxy_connect_header, options.connect_headers);
  return options;
}

base::Result<std::string> secret_text(const base::Secret& text, const std::string& file) {
  if (file.empty()) return text.reveal();
  auto content = base::read_regular_file(file, kSecretBytesMax);
  if (!content) return content;
  return std::string(base::trimmed(*content));
}

HttpSettings::HttpSettings(HttpClientArguments arguments)
    : arguments_(std::move(arguments)), options_(options_of(arguments_)) {
  if (arguments_.oauth2) token_ = std::make_unique<Oauth2Token>(*arguments_.oauth2);
}

base::Result<io::http::Headers> HttpSettings::headers(std::chrono::milliseconds timeout,
                                                      std::stop_token stop) {
  auto login = authorization(timeout, std::move(stop));
  if (!login) return tl::unexpected(login.error());
  return headers_with(std::move(*login));
}

io::http::Headers HttpSettings::headers_with(std::string authorization) const {
  io::http::Headers headers;
  if (!authorization.empty()) headers.push_back({"Authorization", std::move(authorization)});
  add_headers(arguments_.http_headers, headers);
  return headers;
}

bool HttpSettings::renew(const io::http::Headers& refused) {
  if (token_) token_->refused(io::http::find(refused, "Authorization"));
  return token_ != nullptr;
}

/// Value of the Authorization header, empty for none.
base::Result<std::string> HttpSettings::authorization(std::chrono::milliseconds timeout,
                                                      std::stop_token stop) {
  if (token_) return token_->authorization(timeout, std::move(stop));
  if (const auto& basic = arguments_.basic_auth) {
    const auto password = secret_text(basic->password, basic->password_file);
    if (!password) return tl::unexpected(password.error());
    return io::http::basic_authorization(basic->username, *password);
  }
  if (const auto& given = arguments_.authorization) {
    const auto credentials = secret_text(given->credentials, given->credentials_file);
    if (!credentials) return tl::unexpected(credentials.error());
    return fmt::format("{} {}", given->type.empty() ? "Bearer" : given->type, *credentials);
  }
  const auto token = secret_text(arguments_.bearer_token, arguments_.bearer_token_file);
  if (!token) return tl::unexpected(token.error());
  return token->empty() ? std::string() : "Bearer " + *token;
}

}  // namespace components
