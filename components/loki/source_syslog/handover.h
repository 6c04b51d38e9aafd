#pragma once
#include <optional>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "components/loki/source_syslog/signature.h"
#include "io/wake.h"

namespace components::loki::source_syslog {

/// Bound sockets on their way from one component of this process to another. A reload may move a
/// listener between components, and each binds and closes on a thread of its own, in any order: the
/// one that finds the address in use waits here, and is given the socket when the other closes it.
/// So no connection is refused and no datagram is lost meanwhile. Thread safe.
class Handover {
 public:
  /// An address as written in the configuration, and the protocol.
  using Key = std::pair<std::string, Protocol>;

  /// `wake` is notified when a socket for `key` is there, and when any other address was closed,
  /// which may be the same one in another spelling. `wake` names the waiting component.
  static void wait_for(const Key& key, const io::Wake& wake);
  /// The socket, if it was given. Ends the waiting for this key.
  static std::optional<base::Descriptor> take(const Key& key, const io::Wake& wake);
  /// Gives a socket that is needed no more to who waits for it, or closes it.
  static void give(const Key& key, base::Descriptor socket);
  /// Ends all waiting of a component. To be called before `wake` goes.
  static void leave(const io::Wake& wake);
};

}  // namespace components::loki::source_syslog
