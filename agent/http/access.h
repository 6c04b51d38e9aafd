#pragma once
#include <atomic>

#include "base/mutex.h"
#include "components/config_blocks/http/signature.h"
#include "io/http/message.h"

namespace agent::http {

/// Who may use the agent's HTTP interface: the `http > auth` block. Closed until the first
/// configuration runs, which may ask for a login. Thread safe.
class Access {
 public:
  using Auth = components::config_blocks::http::Auth;

  /// Opens the interface. nullptr: everybody may use it.
  void configure(const Auth* auth);
  bool is_open() const { return is_open_; }

  /// Whether the request is let in; nobody is before configure(). Compares digests in constant time
  /// (RFC 7617 credentials).
  bool allows(const io::http::Request& request) const;

 private:
  std::atomic<bool> is_open_ = false;
  base::Snapshot<Auth> auth_;
};

}  // namespace agent::http
