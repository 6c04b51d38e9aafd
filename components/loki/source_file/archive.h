#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "components/loki/source_file/stream.h"
#include "io/decompress.h"

namespace components::loki::source_file {

/// Reads a compressed file once, from the stored offset (of decompressed bytes) to its end, and
/// then rests. One that ends in the middle, or is damaged, gives its whole lines up to there and is
/// read on when it grows: somebody may be writing it still. After kGrowthTime without growth that
/// is a problem, and its unfinished last line is sent as it is. The position stays when the target
/// goes, so a file is not read twice.
class Archive final : public Stream {
 public:
  static constexpr std::chrono::seconds kGrowthTime{10};

  Archive(Environment& environment, std::string path, telemetry::Labels labels);
  ~Archive() override;

  Step step(telemetry::LogBatch& batch, Clock::time_point now) override;

 protected:
  std::string resume_text() override;

 private:
  bool open(Clock::time_point now);
  base::Result<std::unique_ptr<io::Decompressor>> open_file();
  bool skip_to(uint64_t target);
  bool has_grown(Clock::time_point now);
  uint64_t stored_offset() const;
  /// Appends decompressed bytes to `text`; false at the end (or at damage).
  bool read_more(std::string& text, size_t bytes);
  void rest();

  std::unique_ptr<io::Decompressor> content_;
  std::string carry_;    // The beginning of a line whose end was not read yet.
  uint64_t offset_ = 0;  // After the last line taken.
  bool at_end_ = false;
  bool resting_ = false;
  std::string damage_;    // Why the content ended before its end; empty: it did not.
  bool gave_up_ = false;  // It did not grow for long: take the beginning of a line, too.
  uint64_t size_ = 0;     // Of the file, as it was opened or grew since.
  uint64_t inode_ = 0;
  Clock::time_point last_growth_{};
  std::chrono::milliseconds growth_poll_{};
  std::optional<uint64_t> read_to_;  // Where to go on, other than at the stored position.
  Clock::time_point not_before_{};
};

}  // namespace components::loki::source_file
