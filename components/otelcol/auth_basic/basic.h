#pragma once
#include "components/otelcol/auth_basic/signature.h"
#include "components/otelcol/shared/auth.h"

namespace components::otelcol::auth_basic {

/// HTTP's Basic scheme (RFC 7617). Files are read for each request, so a changed password needs no
/// reload.
class Basic final : public Authenticator {
 public:
  explicit Basic(const Arguments& arguments) : arguments_(arguments) {}

  base::Result<void> sign(io::http::Headers& headers) const override;
  /// With client_auth alone, nobody is let in.
  bool allows(const io::http::Headers& headers) const override;

 private:
  const Arguments arguments_;
};

/// otelcol.auth.basic.
using Component = AuthComponent<Arguments, Basic>;

}  // namespace components::otelcol::auth_basic
