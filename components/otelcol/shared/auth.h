#pragma once
#include <memory>
#include <utility>

#include "base/result.h"
#include "components/component.h"
#include "components/otelcol/shared/signature.h"
#include "io/http/message.h"
#include "river/schema/decode.h"

namespace components::otelcol {

/// What an otelcol.auth component gives to clients and listeners, over HTTP as over gRPC.
/// Immutable: other arguments make another one. Any thread.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// Adds the credentials of a client. Fails, with what the operator can do, when there are none.
  virtual base::Result<void> sign(io::http::Headers& headers) const = 0;
  /// Whether a request with these headers may be served. Takes as long for a wrong secret as for
  /// the right one.
  virtual bool allows(const io::http::Headers& headers) const = 0;
};

/// A component that is an authenticator made of its arguments, and no more.
template <class Arguments, class Made>
class AuthComponent final : public ComponentOf<Arguments> {
 public:
  AuthComponent(Context context, const Arguments& arguments) : context_(std::move(context)) {
    (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
  }

  base::Result<void> start() override { return {}; }
  void stop() override {}

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    const HandlerExports exports{{std::make_shared<const Made>(arguments)}};
    context_.publish(river::schema::encode_exports(kHandlerExports, &exports));
    return {};
  }

 private:
  const Context context_;
};

}  // namespace components::otelcol
