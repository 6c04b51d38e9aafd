#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "components/shared/sink/durable_acks.h"
#include "components/shared/sink/feeder.h"
#include "components/shared/sink/payload.h"
#include "components/shared/sink/transit.h"
#include "io/segment_log/log.h"
#include "telemetry/ack.h"

namespace components::sink {

struct DiskOptions {
  std::filesystem::path folder;
  /// Of the log; at least kDiskBytesLeast is used. 0: io::segment_log::default_bytes_max().
  uint64_t bytes_max = 0;
  uint32_t kind = 0;  ///< of the records (io/segment_log/options.h)
  Decode decode = nullptr;
  /// A lane of which nothing is accepted for so long is silent: what comes for it is stored.
  std::chrono::milliseconds silence_max{5'000};
  /// How long a batch whose source can be slowed down waits for an endpoint that is a little
  /// behind.
  std::chrono::milliseconds patience{50};
  io::segment_log::Disk disk = {};
};
/// A batch of the usual size fits a quarter of it.
inline constexpr uint64_t kDiskBytesLeast = uint64_t{4} << 20;

/// One endpoint, and the name of its cursor, by which it finds it after a restart.
struct DiskTarget {
  std::string name;
  std::shared_ptr<Endpoint> endpoint;
};
using DiskTargets = std::vector<DiskTarget>;

/// The open log of a disk queue, with a feeder for each endpoint.
class DiskStore {
 public:
  using Feeders = std::vector<std::shared_ptr<Feeder>>;
  using Pieces = std::span<const std::string_view>;

  static base::Result<std::shared_ptr<DiskStore>> open(const DiskOptions& options,
                                                       const base::metrics::Scope& metrics,
                                                       const base::Logger& log);
  DiskStore(const DiskOptions& options, const base::metrics::Scope& metrics, base::Logger log);
  ~DiskStore() { release(); }
  DiskStore(const DiskStore&) = delete;
  DiskStore& operator=(const DiskStore&) = delete;

  // For the thread that sets up the queue.

  /// Gives cursors that a run before left to the endpoints of now: by name, and those that are left
  /// over one by one, as an endpoint may have been renamed. Forgets the rest.
  void adopt_cursors(const DiskTargets& targets);
  /// Feeders of endpoints that are gone, and the last record that was for them.
  struct Gone {
    Feeders feeders;
    uint64_t through = 0;
  };
  /// Makes a feeder for each endpoint. Returns what is to be retired.
  Gone set_targets(const DiskTargets& targets);
  /// Counts what they did not read as dropped, and forgets their cursors. May take seconds.
  void retire(const Gone& gone);
  /// Fails when a thread cannot be had; may be called again then, and when all run.
  base::Result<void> start_feeders();
  /// Closes the cursors. What was not delivered stays, which is logged.
  void release();

  // Any thread.

  Feeders feeders() const { return *feeders_.get(); }
  struct Record {
    const PayloadPtr& payload;
    Pieces pieces;
    const telemetry::Ack& ack;  ///< let go of when the record is durable
    TransitPtr in_memory;       ///< of endpoints that were given it already; null: none
  };
  struct Appended {
    io::segment_log::Append::Status status;
    uint64_t bytes = 0;  ///< when full: that there is no room for
  };
  /// Appends a record and hands it over to the endpoints that were not given it. When the log is
  /// full, drops the oldest, unless the source can wait: then it answers `full`.
  ///
  /// `behind`: first stores what these lanes of endpoints have in memory only. Else it would be
  /// read again after a restart, and everything after it once more.
  Appended append(const Record& record, const std::vector<Transits::Lanes>& behind);
  /// After `full`: until there is room for so much, or it is time.
  void wait_for_room(uint64_t bytes, std::stop_token stop, Clock::time_point until) {
    log_->wait_for_room(bytes, std::move(stop), until);
  }
  /// Endpoints have this in memory only.
  void note(TransitPtr transit);
  base::Result<void> health() const { return log_->health(); }

 private:
  /// Who is handed a record.
  enum class To { those_not_given, nobody };
  Appended append(const Record& record, To to) REQUIRES_LOCK(order_);
  Appended store_transits(const std::vector<Transits::Lanes>& of) REQUIRES_LOCK(order_);
  uint64_t reserved(const telemetry::Ack& ack) const;
  void drop_oldest();
  std::shared_ptr<Feeder> make_feeder(const DiskTarget& target);

  const DiskOptions options_;
  const uint64_t bytes_max_;
  const base::metrics::Scope metrics_;
  const base::Logger logger_;
  const std::shared_ptr<base::metrics::Counter> appended_;
  DurableAcks acks_;
  std::unique_ptr<io::segment_log::Log> log_;  ///< never null once open

  base::Mutex order_;  ///< held while a record is appended and handed over
  Transits transits_ GUARDED_BY(order_);
  base::Snapshot<Feeders> feeders_{std::make_shared<const Feeders>()};  ///< set with order_ held
  uint64_t retired_ = 0;  ///< of the thread that sets up
};

}  // namespace components::sink
