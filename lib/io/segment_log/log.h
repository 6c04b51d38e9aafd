#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/thread.h"
#include "io/segment_log/index.h"
#include "io/segment_log/options.h"

namespace io::segment_log {

class Cursor;

/// Result of Log::append().
struct Append {
  enum class Status {
    written,  ///< readers see it; durable with one of the next commits
    full,     ///< bytes_max: wait_for_room() or drop_oldest()
    failed    ///< the disk refuses, or the record is too large; the log may take the next one
  };
  Status status = Status::failed;
  uint64_t sequence = 0;  ///< when written
  std::string error;      ///< when failed: which file, and why
};

/// Records in order on disk, read by cursors, removed when all cursors have acknowledged them. The
/// essay is docs/formats/segment-log.md. Thread safe; has one thread that makes records durable and
/// removes what is done with, and sleeps while there is nothing to do. Outlives its cursors.
class Log {
 public:
  /// Takes the folder for this process, recovers what a crash left and sets aside what it cannot
  /// read. Fails when another process, or another Log, has it, or when the folder cannot be made or
  /// listed; a full or read-only file system is no reason to fail.
  static base::Result<std::unique_ptr<Log>> open(Options options,
                                                 const base::metrics::Scope& metrics,
                                                 base::Logger log);
  /// Makes durable what is written. Removes all segments when every cursor is done.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Adds a record, whose bytes are the pieces one after another, and does not wait for the disk.
  Append append(std::span<const std::string_view> pieces, uint32_t items,
                Urgency urgency = Urgency::usual);

  /// After `full`: returns when something was removed so that so many bytes fit, false when it is
  /// time.
  bool wait_for_room(uint64_t bytes, std::stop_token stop, Clock::time_point until);
  /// Whether a record of so many bytes fits now.
  bool has_room(uint64_t bytes) const;
  /// After `full`: removes the oldest segment. Returns what each cursor had not read of it; a
  /// cursor that is not named lost nothing. `visit`: called with each record that some had not
  /// read, and their names.
  using Unread = std::function<void(const Record&, std::span<const std::string> cursors)>;
  std::vector<Dropped> drop_oldest(const Unread& visit = nullptr);

  /// Makes durable now what is written so far, saves the cursors and removes what they are done
  /// with. The first error.
  base::Result<void> commit();

  /// Where a cursor begins whose name is new.
  enum class Begin { oldest, end };
  /// Reads on behind what the cursor with this name acknowledged, also before a restart; a new one
  /// begins at the oldest record that is left, or behind the newest. Only one at a time may have a
  /// name.
  std::unique_ptr<Cursor> cursor(std::string_view name, Begin begin = Begin::oldest);
  /// Of all cursors, open or not, sorted, without parts.
  std::vector<std::string> cursor_names() const { return index_.position_names(); }
  /// Forgets the cursors with other names, so that they do not hold up removal. None of them may be
  /// open.
  void keep_cursors(std::span<const std::string> names) { index_.keep_positions(names); }
  /// Forgets one, which must not be open.
  void forget_cursor(std::string_view name) { index_.forget_position(name); }
  /// Gives a cursor, open or not, another name, which no other one has.
  void rename_cursor(std::string_view from, std::string_view to) {
    index_.rename_position(from, to);
  }

  /// Of all files that count against bytes_max.
  uint64_t bytes() const { return index_.bytes(); }
  /// Sequence that the next record gets.
  uint64_t next_sequence() const { return index_.next_sequence(); }

  /// What the disk refuses: the last append or commit, when it failed and what the log has tried by
  /// itself since then as well.
  base::Result<void> health() const;

 private:
  friend class Cursor;
  /// What can fail by itself, and recover by itself.
  enum Part : size_t { kAppend, kCommit, kParts };

  Log(Options options, Metrics metrics, base::Logger log, base::Descriptor lock, Found found);
  base::Result<void> write(uint64_t sequence, std::span<const std::string_view> pieces,
                           uint32_t items) REQUIRES_LOCK(append_mutex_);
  void close_segment() REQUIRES_LOCK(append_mutex_);
  void commit_until_stopped(const std::stop_token& stop);
  void probe();
  base::Result<void> save_cursors(const Index::Pending& pending) const;
  void remove_done(bool is_closing);
  std::vector<Dropped> count(const Index::Dropping& dropping, const Unread& visit);
  /// For health(); logs when it begins and when it ends.
  void note(Part part, const base::Result<void>& result);
  void note_damage(Segment& segment, uint64_t begin, uint64_t end);

  const Options options_;
  const Metrics metrics_;
  const base::Logger log_;
  const base::Descriptor lock_;
  Index index_;

  base::Mutex append_mutex_;  // Held for a write; taken before that of the index.
  std::shared_ptr<SegmentFile> file_ GUARDED_BY(append_mutex_);
  Clock::time_point retry_at_ GUARDED_BY(append_mutex_);
  std::string retry_error_ GUARDED_BY(append_mutex_);
  uint64_t refused_bytes_ GUARDED_BY(append_mutex_) = 1;  ///< of the last record that failed

  base::Mutex commit_mutex_;  // Held for a commit.

  mutable base::Mutex health_mutex_;
  std::array<std::optional<base::Error>, kParts> errors_ GUARDED_BY(health_mutex_);
  uint64_t failures_ GUARDED_BY(health_mutex_) = 0;

  base::Thread thread_;  // Last: it uses all of the above.
};

/// A bound for a log in this folder, which need not exist: 1 GiB, or a tenth of the file system
/// when that is less.
base::Result<uint64_t> default_bytes_max(std::filesystem::path folder);

}  // namespace io::segment_log
