#include "components/otelcol/auth_basic/basic.h"

#include <string>

#include "base/base64.h"
#include "components/shared/http_client/settings.h"

namespace components::otelcol::auth_basic {
namespace {

std::string credentials(std::string_view user, std::string_view password) {
  return "Basic " + base::base64_encode(fmt::format("{}:{}", user, password));
}

}  // namespace

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
  set_header(headers, "Authorization", credentials(user, *password));
  return {};
}

bool Basic::allows(const io::http::Headers& headers) const {
  if (arguments_.username.empty()) return false;
  return same_secret(io::http::find(headers, "Authorization"),
                     credentials(arguments_.username, arguments_.password.reveal()));
}

}  // namespace components::otelcol::auth_basic
