#include "components/shared/http_client/client.h"

#include "base/files.h"

namespace components {
namespace {

constexpr size_t kSecretBytesMax = 1 << 20;

io::http::TlsVersion tls_version(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls10:
      return io::http::TlsVersion::tls10;
    case TlsVersion::tls11:
      return io::http::TlsVersion::tls11;
    case TlsVersion::tls13:
      return io::http::TlsVersion::tls13;
    case TlsVersion::standard:
    case TlsVersion::tls12:
      break;
  }
  return io::http::TlsVersion::tls12;
}

/// The text itself, or the content of the file without the blanks around it.
base::Result<std::string> secret_text(const base::Secret& text, const std::string& file) {
  if (file.empty()) return text.reveal();
  auto content = base::read_regular_file(file, kSecretBytesMax);
  if (!content) return content;
  const size_t first = content->find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return std::string();
  return content->substr(first, content->find_last_not_of(" \t\r\n") - first + 1);
}

/// Value of the Authorization header, empty for none.
base::Result<std::string> authorization(const HttpClientArguments& arguments) {
  if (const auto& basic = arguments.basic_auth) {
    const auto password = secret_text(basic->password, basic->password_file);
    if (!password) return tl::unexpected(password.error());
    return io::http::basic_authorization(basic->username, *password);
  }
  if (const auto& given = arguments.authorization) {
    const auto credentials = secret_text(given->credentials, given->credentials_file);
    if (!credentials) return tl::unexpected(credentials.error());
    return fmt::format("{} {}", given->type.empty() ? "Bearer" : given->type, *credentials);
  }
  const auto token = secret_text(arguments.bearer_token, arguments.bearer_token_file);
  if (!token) return tl::unexpected(token.error());
  return token->empty() ? std::string() : "Bearer " + *token;
}

}  // namespace

io::http::TlsOptions tls_options(const TlsConfigArguments& arguments) {
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

io::http::Client::Options client_options(const HttpClientArguments& arguments) {
  io::http::Client::Options options;
  options.tls = tls_options(arguments.tls_config);
  return options;
}

base::Result<io::http::Headers> request_headers(const HttpClientArguments& arguments) {
  io::http::Headers headers;
  const auto login = authorization(arguments);
  if (!login) return tl::unexpected(login.error());
  if (!login->empty()) headers.push_back({"Authorization", *login});
  for (const auto& [name, values] : arguments.http_headers)
    for (const base::Secret& value : values) headers.push_back({name, value.reveal()});
  return headers;
}

}  // namespace components
