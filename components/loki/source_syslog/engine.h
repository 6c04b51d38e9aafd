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
  /// Bounds on what senders, who are not authenticated, can make a component hold. One address may
  /// use up half of each.
  struct Limits {
    size_t connections_max = 8192;
    size_t carried_bytes_max = 64 << 20;  ///< of unfinished messages of all connections
  };

  Engine(const Context& context, const Arguments& arguments, const Limits& limits);

  /// Gets the descriptors that the loop needs; fails when there are none left.
  base::Result<void> open();

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
    bool accept_failed = false;        // Since the last connection; logged once.
    std::string problem;
    bool open() const { return listening || datagrams; }
  };

  void open_port(const Key& key, Port& port);
  void close_port(const Key& key);
  base::Result<void> set_plan(Port& port, const Listener& listener);
  void accept(Port& port, Clock::time_point now);
  void handle(int fd, Clock::time_point now);
  void read(int fd, Clock::time_point now);
  bool admit(const std::string& address);
  void drop_connection(int fd);
  bool wait(std::vector<int>& ready);
  void sweep(Clock::time_point now);
  base::Result<void> watch(int fd) const;
  void tell_problems();

  /// What connections hold, of one address or of all.
  struct Usage {
    size_t connections = 0;
    size_t carried_bytes = 0;
  };
  struct Held {
    std::unique_ptr<Connection> connection;
    Port* port = nullptr;
    std::map<std::string, Usage>::iterator peer;
  };

  const base::metrics::Scope metrics_;
  const base::Logger log_;
  telemetry::Fanout fanout_;
  const io::Wake wake_;
  const Limits limits_;
  io::Descriptor epoll_;
  std::stop_source stopping_;  ///< also ends the waiting of receivers, through the batches
  Intake intake_;
  std::shared_ptr<base::metrics::Gauge> open_connections_;
  std::shared_ptr<base::metrics::Counter> refused_;

  // The thread's own.
  std::map<Key, Port> ports_;
  std::map<int, Port*> listening_;      // By descriptor.
  std::map<int, Held> connections_;     // By descriptor.
  std::map<std::string, Usage> peers_;  // By address.
  Usage usage_;
  std::vector<int> again_;  // Have more to read.
  Clock::time_point next_sweep_ = Clock::time_point::max();
  Clock::time_point last_round_{};

  mutable base::Mutex mutex_;
  Arguments arguments_ GUARDED_BY(mutex_);
  bool is_new_ GUARDED_BY(mutex_) = true;
  std::string problem_ GUARDED_BY(mutex_);
  std::map<std::string, uint16_t> bound_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::source_syslog
