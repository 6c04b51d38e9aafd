#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "components/discovery/dns/signature.h"
#include "components/discovery/shared/discovery.h"
#include "io/dns.h"
#include "io/loop.h"

namespace components::discovery::dns {

/// A target for each record.
river::schema::Targets targets_of(const std::string& name, RecordType type, uint16_t port,
                                  const std::vector<io::DnsRecord>& records);

/// Looks names up again and again, on the agent's loop. A name that cannot be looked up keeps its
/// targets; one that does not exist has none. Thread safe.
class Lookups final : public Search, public std::enable_shared_from_this<Lookups> {
 public:
  struct Options {
    Arguments arguments;
    std::string servers = {};  ///< as DnsQuery::Question has it
    std::shared_ptr<base::metrics::Counter> lookups, failures;
    base::Logger log;
    /// Gets the targets of all names after each round; must not block.
    std::function<void(river::schema::Targets)> on_targets;
  };

  /// The loop outlives it.
  Lookups(io::Loop& loop, Options options)
      : options_(std::move(options)), loop_(loop), timer_(loop) {}

  void start() override { begin_round(); }
  void stop() override;
  Health health() const override;

 private:
  void begin_round();
  void finish(const std::string& name, base::Result<std::vector<io::DnsRecord>> records);
  void end_round() REQUIRES_LOCK(mutex_);

  const Options options_;
  io::Loop& loop_;
  mutable base::Mutex mutex_;
  io::Timer timer_ GUARDED_BY(mutex_);
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  size_t open_ GUARDED_BY(mutex_) = 0;  ///< names that are being looked up
  std::vector<std::shared_ptr<io::DnsQuery>> queries_ GUARDED_BY(mutex_);
  std::map<std::string, river::schema::Targets> known_ GUARDED_BY(mutex_);  ///< by name
  std::string problem_ GUARDED_BY(mutex_);                                  ///< of this round
  Health health_ GUARDED_BY(mutex_);
};

/// discovery.dns: exports what Lookups find.
class Dns final : public Discovery<Arguments, Exports> {
 public:
  Dns(Context context, const Arguments& arguments);

 private:
  base::Result<std::shared_ptr<Search>> make(const Arguments& arguments) override;

  std::shared_ptr<base::metrics::Counter> lookups_, failures_;
};

}  // namespace components::discovery::dns
