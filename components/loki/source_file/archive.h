#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "components/loki/source_file/archive_content.h"
#include "components/loki/source_file/stream.h"

namespace components::loki::source_file {

/// Reads a compressed file once, from the stored offset (of decompressed bytes) to its end, and
/// then rests. One that ends in the middle, or is damaged, gives its whole lines up to there and is
/// read on when it grows: somebody may be writing it still. After kGrowthTime without growth that
/// is a problem, and its unfinished last line is sent as it is.
///
/// A file is known by its inode and its first compressed bytes: rotated to another path it is not
/// read again (known_files.h), and what takes its place is. The position stays when the target
/// goes.
class Archive final : public Stream {
 public:
  static constexpr std::chrono::seconds kGrowthTime{10};

  Archive(Environment& environment, std::string path, telemetry::Labels labels);
  ~Archive() override;

  Step step(telemetry::LogBatch& batch, Clock::time_point now) override;
  void relabel(const telemetry::Labels& labels) override;

 protected:
  std::string resume_text() override;

 private:
  bool look(Clock::time_point now);
  bool open(Clock::time_point now);
  bool has_grown(Clock::time_point now);
  uint64_t resume_offset(const ArchiveContent& content);
  KnownFiles::Id id() const { return {point_.device, point_.inode, labels_text()}; }
  bool is_at(uint64_t device, uint64_t inode) const {
    return device == point_.device && inode == point_.inode;
  }
  void leave();
  void remember();
  void save_if_delivered();

  std::optional<ArchiveContent> content_;
  std::optional<KnownFiles::Lease> lease_;  ///< of the file that it reads, or has read
  ResumePoint point_;                       ///< in that file; inode 0: there is none
  std::vector<ResumePoint> ended_;          ///< of files before, to be stored
  bool is_done_ = false;                    ///< it was read to its end
  bool is_resumed_ = false;                 ///< the position of the path was considered
  bool is_unsaved_ = false;                 ///< positions changed, other than by lines
  std::string damage_;    ///< why the content ended before its end; empty: it did not
  bool gave_up_ = false;  ///< it did not grow for long: take the beginning of a line, too
  uint64_t size_ = 0;     ///< of the file, as it was opened or grew since
  Clock::time_point last_growth_{};
  std::chrono::milliseconds growth_poll_{};
  Clock::time_point not_before_{};
};

}  // namespace components::loki::source_file
