#pragma once
#include <sys/socket.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"

namespace io::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
  void set_port(uint16_t port);
};
using Addresses = std::vector<SocketAddress>;

/// Finds the addresses of host names, for all clients of the process. A name is looked up once for
/// all who ask meanwhile, on one of kThreadsMax threads that exist while there is something to look
/// up, and what it found is kept for a while. A thread goes on when nobody waits any more:
/// getaddrinfo cannot be interrupted. Thread safe.
class Resolver {
 public:
  static constexpr std::chrono::seconds kKeep{30};
  static constexpr size_t kNamesMax = 1000;
  static constexpr int kThreadsMax = 16;
  using LookUp = std::function<base::Result<Addresses>(const std::string& host)>;
  using OnDone = std::function<void(const base::Result<Addresses>&)>;

  /// The one that asks the system.
  static Resolver& system();
  explicit Resolver(LookUp look_up, std::chrono::nanoseconds keep = kKeep);

  /// Calls on_done with the addresses in the order in which to try them, at once for an address and
  /// for a name that is known, else from the thread that looks it up, which may outlive the asker.
  /// A name that cannot be found is not kept.
  void resolve(const std::string& host, uint16_t port, OnDone on_done);
  /// None of the addresses answers: the name is looked up again next time.
  void forget(const std::string& host);

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    uint16_t port;
    OnDone on_done;
  };
  struct Name {
    Addresses addresses;
    Clock::time_point until;       ///< `addresses` are good
    std::vector<Waiting> waiting;  ///< not empty: it is being looked up
  };
  /// Outlives the resolver while a thread looks up.
  struct State {
    LookUp look_up;
    std::chrono::nanoseconds keep;
    base::Mutex mutex;
    std::map<std::string, Name> names GUARDED_BY(mutex);
    std::deque<std::string> queue GUARDED_BY(mutex);  ///< to be looked up
    int threads GUARDED_BY(mutex) = 0;

    /// What is kept of the name, while it is good.
    std::optional<Addresses> known(const std::string& host);
    /// Has the name looked up. Gives back whether a thread more is to do it.
    bool enqueue(const std::string& host, Waiting waiting);
    void look_up_queue();
    void fail_queue(const base::Error& error);
    void finish(const std::string& host, base::Result<Addresses> found);
    void make_room() REQUIRES_LOCK(mutex);
  };

  void start_thread();

  const std::shared_ptr<State> state_;
};

/// The address that a text is ("10.0.0.1", "::1"), without a port; nothing for a name.
base::Result<Addresses> numeric_address(const std::string& host);

}  // namespace io::http
