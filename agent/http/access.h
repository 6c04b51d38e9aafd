#pragma once
#include "base/snapshot.h"
#include "components/config_blocks/http/signature.h"
#include "io/http/message.h"

namespace agent {

/// Who may use the agent's HTTP interface: the `http > auth` block. Thread safe.
class HttpAccess {
 public:
  using Auth = components::config_blocks::http::Auth;

  /// nullptr: everybody may.
  void configure(const Auth* auth);

  /// Whether the request is let in. Compares digests in constant time (RFC 7617 credentials).
  bool allows(const io::http::Request& request) const;

 private:
  base::Snapshot<Auth> auth_;
};

}  // namespace agent
