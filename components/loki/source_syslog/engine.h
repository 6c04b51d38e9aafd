#pragma once
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/source_syslog/intake.h"
#include "components/loki/source_syslog/port.h"
#include "io/wake.h"
#include "telemetry/fanout.h"

namespace components::loki::source_syslog {

/// The event loop of loki.source.syslog: one thread for all listeners and connections. Blocks in
/// the receivers; then no socket is read, so TCP senders wait and the kernel keeps datagrams as far
/// as its buffer goes.
class Engine {
 public:
  static constexpr size_t kConnectionsMax = 8192;

  Engine(const Context& context, const Arguments& arguments);

  void set_receivers(const std::vector<LogsReceiver>& forward_to);
  /// Binds what is new, closes what is gone; listeners that stay keep their sockets and
  /// connections. Takes effect on the thread, or at once before it runs.
  void set_arguments(const Arguments& arguments);
  /// Carries out the latest arguments. The thread's own, and before it starts.
  void adopt_arguments();

  void run();
  void request_stop();
  /// Listeners that are not listening, and why; empty when all are.
  std::string problem() const;
  /// Port of a listener, 0 when there is none: for tests, which bind port 0.
  uint16_t port(const std::string& address) const;

 private:
  using Key = std::pair<std::string, Protocol>;
  struct Port {
    std::shared_ptr<const Plan> plan;
    std::shared_ptr<SSL_CTX> tls;  // nullptr: none
    io::Descriptor listening;      // tcp
    std::unique_ptr<Watched> datagrams;
    Clock::time_point accept_after{};  // Accepting failed: pause.
    std::string problem;
    bool open() const { return listening || datagrams; }
  };

  void open_port(const Key& key, Port& port);
  void close_port(const Key& key);
  base::Result<void> set_plan(Port& port, const Listener& listener);
  void accept(Port& port, Clock::time_point now);
  void handle(int fd, Clock::time_point now);
  void drop_connection(int fd);
  bool wait(std::vector<int>& ready);
  void sweep(Clock::time_point now);
  void watch(int fd) const;
  void tell_problems();

  struct Held {
    std::unique_ptr<Watched> connection;
    Port* port = nullptr;
  };

  const base::metrics::Scope metrics_;
  const base::Logger log_;
  telemetry::Fanout fanout_;
  const io::Wake wake_;
  const io::Descriptor epoll_;
  std::stop_source stopping_;  ///< also ends the waiting of receivers, through the batches
  Intake intake_;
  std::shared_ptr<base::metrics::Gauge> open_connections_;
  std::shared_ptr<base::metrics::Counter> refused_;

  // The thread's own.
  std::map<Key, Port> ports_;
  std::map<int, Port*> listening_;   // By descriptor.
  std::map<int, Held> connections_;  // By descriptor.
  std::vector<int> again_;           // Have more to read.
  Clock::time_point next_sweep_ = Clock::time_point::max();
  Clock::time_point last_round_{};

  mutable base::Mutex mutex_;
  Arguments arguments_ GUARDED_BY(mutex_);
  bool is_new_ GUARDED_BY(mutex_) = true;
  std::string problem_ GUARDED_BY(mutex_);
  std::map<std::string, uint16_t> bound_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::source_syslog
