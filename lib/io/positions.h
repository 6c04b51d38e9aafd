#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/recent_positions.h"

namespace io {

/// Where each stream of a source resumes: a small map from key to text that survives crashes.
/// positions_text.h has the format of the file.
///
/// A save links the present file to FILE.old and then replaces FILE atomically, so a good earlier
/// generation remains beside the newest. When the newest is torn or corrupt, the earlier one is
/// used: it is at most one save older, which means repeated lines and never lost ones. When both
/// are bad the store starts empty and says so (lost()).
///
/// One thread for all stores of the process writes what changed to a file beside it without waiting
/// for the disk (recent_positions.h), at most once per kNoteInterval, also when a source is blocked
/// by a slow receiver. At most once per kSaveInterval it has another thread save what changed: a
/// busy disk may hold that up for seconds. A save takes each step of the replacement for all
/// changed stores before the next one, so that the file system commits them together: a few fsyncs
/// that matter a second, however many sources there are. Both sleep while nothing changes. Thread
/// safe. Share a store with the acks that move it: the last
/// owner's release saves what came after stop.
class Positions {
 public:
  static constexpr std::chrono::milliseconds kSaveInterval{1000};
  static constexpr std::chrono::milliseconds kNoteInterval{20};

  /// Reads the file (missing: empty) and makes its folder. Never fails: what cannot be read is
  /// logged and counted in tributary_positions_recovered_total{from}.
  Positions(std::filesystem::path file, const base::metrics::Scope& metrics, base::Logger log);
  ~Positions();
  Positions(const Positions&) = delete;
  Positions& operator=(const Positions&) = delete;

  std::optional<std::string> get(std::string_view key) const;
  void set(std::string_view key, std::string_view value);
  void erase(std::string_view key);
  /// An entry of something that is gone, and since when, in any unit.
  struct Unneeded {
    std::string key;
    int64_t since = 0;
  };
  /// So many of them are kept: short-lived files and containers would fill the store without end.
  static constexpr size_t kUnneededMax = 4096;
  /// Erases those of before `before`, and the oldest of the others down to kUnneededMax.
  void forget(std::vector<Unneeded> unneeded, int64_t before);
  /// All entries, for sources that look for a stream under another name.
  std::map<std::string, std::string, std::less<>> all() const;

  /// Both generations were unreadable: an absent key may have had a position.
  bool lost() const { return lost_; }

  /// The error of the last save, until one succeeds; it is tried again each kSaveInterval.
  base::Result<void> health() const;
  /// Writes now if anything changed since the last save.
  base::Result<void> save();

 private:
  class Saver;
  friend class Saver;

  void load();
  void note(std::string_view key) REQUIRES_LOCK(mutex_);
  /// The content to write, nothing when it is saved already.
  std::optional<std::string> take_changed();
  /// Writes what changed since the last call, without waiting for the disk.
  void write_recent();
  std::vector<RecentPositions::Change> take_noted() REQUIRES_LOCK(mutex_);
  /// Keeps the present file as FILE.old.
  base::Result<void> keep_previous();
  void note_saved(const base::Result<void>& saved);

  const std::filesystem::path file_;
  const base::Logger log_;
  std::shared_ptr<base::metrics::Counter> from_old_, from_nothing_, save_failures_;
  bool lost_ = false;

  base::Mutex recent_mutex_;  ///< held while recent files are written; taken before the other
  RecentPositions recent_ GUARDED_BY(recent_mutex_);
  mutable base::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> entries_ GUARDED_BY(mutex_);
  bool dirty_ GUARDED_BY(mutex_) = false;
  std::string error_ GUARDED_BY(mutex_);
  std::set<std::string, std::less<>> noted_ GUARDED_BY(mutex_);  ///< keys, for write_recent()

  // The saver's, which saves one group at a time.
  bool newest_is_good_ = false;  // FILE is worth keeping as FILE.old.
};

}  // namespace io
