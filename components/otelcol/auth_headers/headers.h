#pragma once
#include "components/otelcol/auth_headers/signature.h"
#include "components/otelcol/shared/auth.h"

namespace components::otelcol::auth_headers {

/// Sets headers of requests. A listener that has it lets nobody in, as it knows no credentials.
class HeaderSetter final : public Authenticator {
 public:
  explicit HeaderSetter(const Arguments& arguments) : arguments_(arguments) {}

  base::Result<void> sign(io::http::Headers& headers) const override {
    for (const HeaderArguments& header : arguments_.header) {
      const bool is_there = !io::http::find(headers, header.key).empty();
      if (header.action == Action::insert && is_there) continue;
      if (header.action == Action::update && !is_there) continue;
      if (header.action == Action::remove)
        io::http::remove_header(headers, header.key);
      else
        io::http::set_header(headers, header.key, header.value.text.reveal());
    }
    return {};
  }
  bool allows(const io::http::Headers& /*headers*/) const override { return false; }

 private:
  const Arguments arguments_;
};

/// otelcol.auth.headers.
using Component = AuthComponent<Arguments, HeaderSetter>;

}  // namespace components::otelcol::auth_headers
