#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sd_journal;

namespace io {

/// One field of a journal entry. Views the journal's own memory: valid until the next call.
struct JournalField {
  std::string_view name;  ///< "MESSAGE", "_SYSTEMD_UNIT"
  std::string_view value;
};

/// A reader of the systemd journal. libsystemd is loaded when the first journal is opened, so the
/// program needs nothing of systemd on hosts that have none. For one thread at a time.
class Journal {
 public:
  /// Longer compressed values are cut here by the library; callers cut plain ones.
  static constexpr size_t kFieldBytesMax = size_t{10} << 20;

  /// Opens the journal files of a directory, or with "" those of this machine. Having no readable
  /// file is not an error here: ask readable_bytes().
  static base::Result<std::unique_ptr<Journal>> open(const std::string& directory);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Lets only entries with this "FIELD=value" through; matches on one field are alternatives.
  base::Result<void> add_match(std::string_view field_equals_value);

  base::Result<void> seek_head();
  base::Result<void> seek_realtime(uint64_t microseconds);
  /// The entry itself comes next if it still exists, else the one that followed it.
  base::Result<void> seek_cursor(const std::string& cursor);

  /// Goes to the next entry; false at the end, for now.
  base::Result<bool> next();
  /// Whether the current entry is the one that the cursor names.
  bool is_at(const std::string& cursor);
  base::Result<uint64_t> realtime_us();
  /// Puts the current entry's cursor into `text`.
  base::Result<void> cursor(std::string& text);

  /// Fields of the current entry, from the first: rewind_fields(), then next_field() until false.
  void rewind_fields();
  base::Result<bool> next_field(JournalField& field);

  /// Sleeps until something changes in the journal, `stop_fd` is readable or `limit` has passed
  /// (negative: no limit), then takes notice of new, rotated and removed files.
  base::Result<void> wait(int stop_fd, std::chrono::milliseconds limit);

  /// Bytes of all files that could be opened: 0 means that there is nothing to read.
  uint64_t readable_bytes();

 private:
  struct Library;
  static base::Result<const Library*> library();
  Journal(const Library& library, sd_journal* handle) : library_(library), handle_(handle) {}

  const Library& library_;
  sd_journal* handle_;
};

/// Which folders the files of a directory's journal, or with "" of this machine's, are in now. When
/// one was removed and made anew, or made at all, an open journal knows nothing of it.
struct JournalFolder {
  uint64_t device = 0;
  uint64_t inode = 0;  ///< 0: there is none
  bool operator==(const JournalFolder&) const = default;
};
std::vector<JournalFolder> journal_folders(const std::string& directory);

/// Why no journal file can be read there, in words for an operator: none exists, or the groups that
/// may read them are missing. "" for this machine's directories.
std::string explain_unreadable_journal(const std::string& directory);

}  // namespace io
