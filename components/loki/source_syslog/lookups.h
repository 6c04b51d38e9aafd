#pragma once
#include <sys/socket.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/wake.h"

namespace components::loki::source_syslog {

/// What a resolver answers: the name of an address, the addresses of a name, or nothing.
using Answer = std::vector<std::string>;

/// The resolver, which may block for as long as it likes. Tests put others in their place.
struct Resolver {
  /// Host name of an address in text form.
  std::function<Answer(const std::string& ip)> name_of;
  /// Addresses of a host name, in text form, in the order in which to try them.
  std::function<Answer(const std::string& host)> addresses_of;

  /// getnameinfo(3) and getaddrinfo(3).
  static Resolver of_system();
};

/// Asks the resolver on threads of its own, for an event loop that must not wait for it. Remembers
/// answers for a while. Used by the loop's thread only.
///
/// The threads are detached, because a look-up cannot be interrupted: when this object goes, they
/// end with the look-up at hand. There are kThreadsMax at most, and none without questions.
class Lookups {
 public:
  static constexpr size_t kThreadsMax = 4;

  /// `wake` is notified of each answer.
  Lookups(Resolver resolver, std::shared_ptr<const io::Wake> wake);
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  /// The answer, or nothing while it is being looked up.
  std::optional<Answer> name_of(const std::string& ip);
  std::optional<Answer> addresses_of(const std::string& host);
  /// Forgets the addresses of a name, so that the next question looks again.
  void forget_addresses_of(const std::string& host);
  /// Whether answers came since the last call.
  bool has_news();

 private:
  struct State;
  std::optional<Answer> find(std::string key);
  const std::shared_ptr<State> state_;
};

}  // namespace components::loki::source_syslog
