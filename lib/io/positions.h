#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"

namespace io {

/// Where each stream of a source resumes: a small map from key to text that survives crashes.
///
/// The file is text, so that an operator can read it with cat:
///
///     tributary-positions 1
///     <key><TAB><value>
///     ...
///     end <number of entries> <CRC-32 of everything above, 8 hex digits>
///
/// Keys and values are escaped: \\ \t \n \r, and \xHH for other control bytes. Sorted by key, so
/// equal content gives equal bytes. The closing line tells a torn file from a whole one.
///
/// A save links the present file to FILE.old and then replaces FILE atomically, so a good earlier
/// generation stands beside the newest. When the newest is torn or corrupt, the earlier one is
/// used: it is at most one save older, which means repeated lines and never lost ones. When both
/// are bad the store starts empty and says so (lost()). A corrupt file is never mended entry by
/// entry: a flipped digit in an offset would pass for a position and skip lines.
///
/// Rejected: YAML as the reference has it. A NUL-filled or half-written YAML file is either an
/// error that keeps the agent from starting or, worse, a valid shorter file.
///
/// A thread of its own saves while something changed, at most once per kSaveInterval, also when the
/// source is blocked by a slow receiver. It sleeps while nothing changes. Thread safe. Share it
/// with the acks that move it: the last owner's release saves what came after stop.
class Positions {
 public:
  static constexpr std::chrono::milliseconds kSaveInterval{200};

  /// Reads the file (missing: empty) and makes its folder. Never fails: what cannot be read is
  /// logged and counted in tributary_positions_recovered_total{from}.
  Positions(std::filesystem::path file, const base::metrics::Scope& metrics, base::Logger log);
  ~Positions();
  Positions(const Positions&) = delete;
  Positions& operator=(const Positions&) = delete;

  std::optional<std::string> get(std::string_view key) const;
  void set(std::string_view key, std::string_view value);
  void erase(std::string_view key);
  /// All entries, for sources that look for a stream under another name.
  std::map<std::string, std::string, std::less<>> all() const;

  /// Both generations were unreadable: an absent key may have had a position.
  bool lost() const { return lost_; }

  /// Writes now if anything changed since the last save.
  base::Result<void> save();

 private:
  void load();
  void run();
  base::Result<void> write(const std::string& content) REQUIRES_LOCK(file_mutex_);

  const std::filesystem::path file_;
  const base::Logger log_;
  std::shared_ptr<base::metrics::Counter> from_old_, from_nothing_, save_failures_;
  bool lost_ = false;

  mutable base::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> entries_ GUARDED_BY(mutex_);
  bool dirty_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  base::Condition changed_;

  base::Mutex file_mutex_;                               // Held for the I/O of a save.
  bool newest_is_good_ GUARDED_BY(file_mutex_) = false;  // FILE is worth keeping as FILE.old.
  std::thread saver_;
};

/// The text of a positions file.
std::string format_positions(const std::map<std::string, std::string, std::less<>>& entries);
/// Entries of a positions file, or what is wrong with it. Accepts nothing but whole files.
base::Result<std::map<std::string, std::string, std::less<>>> parse_positions(
    std::string_view text);

}  // namespace io
