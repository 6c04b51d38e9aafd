#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "components/loki/source_file/file_reader.h"
#include "components/loki/source_file/rotation.h"
#include "components/loki/source_file/stream.h"

namespace components::loki::source_file {

/// Follows one path as log files are rotated.
///
/// A path names one file after another: its generations. Each is held open from the moment it is
/// seen under the path, and they are read one after the other. A generation ends when another one
/// took its place or its name is gone, and it is read to its end and was quiet for kLinger since
/// then (writers go on writing to the old file until they reopen it); only then is an unfinished
/// last line taken as it is. It stays open for kStragglerTime more: what a writer adds so late is
/// read between lines of its successor.
///
/// Several rotations may lie between two looks at the path, more so when the agent did not run:
/// files with a rotated name (rotation.h) that were created since the last look are generations,
/// too.
///
/// A file that became shorter, or whose beginning changed, was truncated in place (copytruncate).
/// It is read from its start, after the rest of the copy if rotation made one.
///
/// On first sight of the path the stored resume point decides. If its file is not the one under the
/// path, it is looked for by inode beside it, or by content in archives (rotation.h), and
/// read to its end first; so are stragglers of then. Without a stored one, where reading begins is
/// stored at once: when the agent ends before a line is delivered, it is known what to look for.
///
/// The position stays when the target goes: it may come back. A file that is rotated away is
/// remembered by its inode (known_files.h), so a pattern that finds it under its new name goes on
/// where it was read to.
class Tailer final : public Stream {
 public:
  static constexpr std::chrono::milliseconds kLinger{500};
  static constexpr std::chrono::minutes kStragglerTime{5};
  /// With more, the one that ended first is closed.
  static constexpr size_t kStragglersMax = 4;
  /// With more files waiting to be read, none is lingered on.
  static constexpr size_t kGenerationsMax = 256;

  Tailer(Environment& environment, std::string path, telemetry::Labels labels);
  ~Tailer() override;

  Step step(telemetry::LogBatch& batch, Clock::time_point now) override;
  Clock::time_point observe(Clock::time_point now) override;
  void relabel(const telemetry::Labels& labels) override;

 protected:
  std::string resume_text() override;

 private:
  struct Generation {
    FileReader file;
    Watches::Watch watch;
    KnownFiles::Lease lease;
    Clock::time_point last_event;  // Of new data, and of being superseded.
    int64_t seen_ns = 0;           // As in ResumePoint.
    Fingerprint seen{};            // Its beginning then, as long as none of it was read.
  };

  void look_at_path(Clock::time_point now);
  std::optional<FileReader> open_path();
  void look_again(Generation& current, int64_t now_ns, Clock::time_point now);
  void adopt(FileReader file, int64_t seen_ns, Clock::time_point now);
  void adopt_missed(int64_t since_ns, const FileReader& current, Clock::time_point now);
  bool adopt_copies(const ResumePoint& point, const ReadMarks& marks, const FileReader& current,
                    Clock::time_point now);
  std::optional<FileReader> open_rotated(const RotatedFile& rotated,
                                         const FileReader& current) const;
  static int64_t seen_or_born_ns(int64_t seen_ns, const FileReader& file);
  std::string real_path() const;
  bool is_copy(const FileReader& file) const;
  bool is_elsewhere(uint64_t device, uint64_t inode) const;
  bool is_fresh_copy(FileReader& file);
  KnownFiles::Id id_of(const FileReader& file) const;
  bool go_on_as_known(FileReader& file);
  void remember(const FileReader& file, int64_t seen_ns);
  void save_if_delivered();
  bool resume(FileReader file, int64_t now_ns, Clock::time_point now);
  void resume_missing(Clock::time_point now);
  void resume_stragglers(const ResumePoint& stored, const FileReader& current,
                         Clock::time_point now);
  bool adopt_unpacked(const ResumePoint& stored, Clock::time_point now);
  bool go_on_as_before_us(FileReader& file);
  bool begin_without_position(FileReader& file, bool position_is_bad);
  std::optional<FileReader> rotated_file(const ResumePoint& stored) const;
  void store_first(const FileReader& file, int64_t now_ns);
  Step read_front(telemetry::LogBatch& batch, Clock::time_point now);
  bool read_straggler(telemetry::LogBatch& batch, Clock::time_point now);
  bool read(FileReader& file, telemetry::LogBatch& batch, bool rest);
  Step wait(Clock::time_point now);
  void wait_for_stragglers(Clock::time_point now);
  Step finish();
  void complain(const std::string& problem);

  std::deque<Generation> generations_;
  std::deque<Generation> stragglers_;  // Read to their end, oldest first.
  std::vector<ResumePoint> ended_;     // Of rotated files, to be stored with the next batch.
  bool is_unsaved_ = false;            // Positions changed, other than by lines.
  bool resumed_ = false;               // The stored position was considered.
  bool path_gone_ = false;             // Nothing to read is under the path.
  bool skipped_ = false;               // on_positions_file_error = "skip" struck.
  Clock::time_point path_gone_since_{};
};

}  // namespace components::loki::source_file
