#include "components/otelcol/auth_basic/basic.h"

#include <string>

#include "base/digest.h"
#include "components/shared/http_client/settings.h"
#include "io/http/url.h"

namespace components::otelcol::auth_basic {

base::Result<void> Basic::sign(io::http::Headers& headers) const {
  std::string user = arguments_.username;
  base::Result<std::string> password = arguments_.password.reveal();
  if (arguments_.client_auth) {
    const ClientAuth& client = *arguments_.client_auth;
    const auto from_file = secret_text(base::Secret(client.username), client.username_file);
    if (!from_file) return tl::unexpected(from_file.error());
    user = *from_file;
    password = secret_text(client.password, client.password_file);
  }
  if (!password) return tl::unexpected(password.error());
  io::http::set_header(headers, "Authorization", io::http::basic_authorization(user, *password));
  return {};
}

bool Basic::allows(const io::http::Headers& headers) const {
  if (arguments_.username.empty()) return false;
  return base::same_secret(
      io::http::find(headers, "Authorization"),
      io::http::basic_authorization(arguments_.username, arguments_.password.reveal()));
}

}  // namespace components::otelcol::auth_basic
