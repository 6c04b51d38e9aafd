#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/source_syslog/connection.h"
#include "components/loki/source_syslog/datagrams.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/handover.h"
#include "components/loki/source_syslog/intake.h"
#include "components/loki/source_syslog/lookups.h"
#include "components/shared/outbox.h"
#include "io/backoff.h"
#include "io/wake.h"

namespace components::loki::source_syslog {

/// Bounds on what senders, who are not authenticated, can make a component hold. One address may
/// use up half of each.
struct Limits {
  size_t connections_max = 8192;
  size_t carried_bytes_max = 64 << 20;  ///< of unfinished messages of all connections
};

/// What tests change.
struct EngineOptions {
  Limits limits;
  Resolver resolver = Resolver::of_system();
  std::chrono::milliseconds retry = io::kRetryBind;  ///< of a listener that failed
};

/// The event loop of loki.source.syslog: one thread for all listeners (engine_ports.cc) and
/// connections. While the outbox is full it reads no messages, so TCP senders wait and the kernel
/// keeps datagrams as far as its buffer goes; it binds, accepts, hands over and closes as ever.
class Engine {
 public:
  Engine(const Context& context, const Arguments& arguments, EngineOptions options);
  ~Engine();

  /// Gets the descriptors and the thread that the loop needs; fails when there are none left.
  base::Result<void> open();
  /// Binds what is new, closes what is gone; listeners that stay keep their sockets and
  /// connections. Takes effect on the thread, or at once before it runs.
  void set_arguments(const Arguments& arguments);
  /// Carries them out. The thread's own, and before it starts.
  void adopt_arguments();

  void run();
  void request_stop();
  /// Listeners that are not listening, and why; empty when all are.
  std::string problem() const;
  /// Port of a listener, 0 when there is none: for tests, which bind port 0.
  uint16_t port(const std::string& address) const;

 private:
  using Key = Handover::Key;
  struct Port {
    std::shared_ptr<const Plan> plan;
    std::shared_ptr<SSL_CTX> tls;  // nullptr: none
    std::string tls_files;         // io::tls::file_stamp() when they were read.
    base::Descriptor listening;    // tcp
    std::unique_ptr<Datagrams> datagrams;
    Clock::time_point accept_after{};  // Accepting failed: pause.
    bool accept_failed = false;        // Since the last connection; logged once.
    std::string problem;
    bool open() const { return listening || datagrams; }
  };
  /// What connections hold, of one address or of all.
  struct Usage {
    size_t connections = 0;
    size_t carried_bytes = 0;
  };
  struct Held {
    std::unique_ptr<Connection> connection;
    Port* port = nullptr;
    std::map<std::string, Usage>::iterator peer;  // Its key is the sender's address.
    std::string name;                             // Of the sender, when rules read it.
    bool wants_name = false;                      // It is being looked up.
    bool watched = false;                         // Not read before it has a name.
    Clock::time_point accepted{};
  };

  void open_port(const Key& key, Port& port);
  base::Result<base::Descriptor> bind(const Key& key, bool& is_pending);
  void close_port(const Key& key);
  base::Result<void> set_plan(Port& port, const Listener& listener);
  void accept(Port& port, Clock::time_point now);
  void admit(Port& port, base::Descriptor fd, const std::string& address, Clock::time_point now);
  bool has_room_for(const std::string& address) const;
  void resume_accepting(Port& port, Clock::time_point now);
  void publish_problem();

  bool is_listening(int fd) const;
  void handle(int fd, Clock::time_point now);
  void read(int fd, Clock::time_point now);
  void flush();
  void drop_connection(int fd);
  void read_rest();
  void replan(Held& held);
  Origin origin_of(const Held& held) const;
  bool find_name(Held& held);
  void adopt_names(Clock::time_point now);
  bool wait(std::vector<int>& ready);
  void sweep(Clock::time_point now);
  void sweep_at(Clock::time_point when) { next_sweep_ = std::min(next_sweep_, when); }
  base::Result<void> watch(int fd) const;
  base::Result<void> watch_data(int fd) const;
  void set_reading(bool reading);

  const base::metrics::Scope metrics_;
  const base::Logger log_;
  const Limits limits_;
  const std::chrono::milliseconds retry_;
  const std::shared_ptr<const io::Wake> wake_ = std::make_shared<const io::Wake>();
  Outbox<telemetry::LogBatch> outbox_;
  MemoryShare memory_{Memory::of_process(), Memory::Use::connections};
  base::Descriptor epoll_;       ///< wake_, listeners, and data_ while messages are read
  base::Descriptor data_epoll_;  ///< what messages come from: connections and datagram sockets
  std::atomic<bool> stopping_{false};
  Intake intake_;
  std::shared_ptr<base::metrics::Gauge> open_connections_;
  std::shared_ptr<base::metrics::Counter> refused_;
  // The thread's own.
  Lookups lookups_;
  std::shared_ptr<const RelabelRules> rules_;
  std::optional<LabelMaker> labels_;
  std::map<Key, Port> ports_;
  std::map<int, Port*> listening_;      // By descriptor.
  std::map<int, Held> connections_;     // By descriptor.
  std::map<std::string, Usage> peers_;  // By address.
  Usage usage_;
  std::vector<int> again_;  // Have more to read.
  bool reading_ = false;    // The outbox had room.
  Clock::time_point next_sweep_ = Clock::time_point::max(), last_round_{};

  mutable base::Mutex mutex_;
  Arguments arguments_ GUARDED_BY(mutex_);
  bool is_new_ GUARDED_BY(mutex_) = true;
  std::string problem_ GUARDED_BY(mutex_);
  std::map<std::string, uint16_t> bound_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::source_syslog
