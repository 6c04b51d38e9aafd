#pragma once
#include <string>

#include "base/digest.h"
#include "components/otelcol/auth_bearer/signature.h"
#include "components/otelcol/shared/auth.h"

namespace components::otelcol::auth_bearer {

/// A token behind a scheme (RFC 6750).
class Bearer final : public Authenticator {
 public:
  explicit Bearer(const Arguments& arguments) : arguments_(arguments) {}

  base::Result<void> sign(io::http::Headers& headers) const override {
    io::http::set_header(headers, arguments_.header, value());
    return {};
  }
  bool allows(const io::http::Headers& headers) const override {
    return base::same_secret(io::http::find(headers, arguments_.header), value());
  }

 private:
  std::string value() const {
    const std::string& token = arguments_.token.reveal();
    return arguments_.scheme.empty() ? token : arguments_.scheme + " " + token;
  }

  const Arguments arguments_;
};

/// otelcol.auth.bearer.
using Component = AuthComponent<Arguments, Bearer>;

}  // namespace components::otelcol::auth_bearer
