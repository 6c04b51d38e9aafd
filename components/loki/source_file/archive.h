#pragma once
#include <memory>
#include <string>

#include "components/loki/source_file/stream.h"
#include "io/decompress.h"

namespace components::loki::source_file {

/// Reads a compressed file once, from the stored offset (of decompressed bytes) to its end, and
/// then rests. A damaged file gives the lines before the damage and is left at that. The position
/// stays when the target goes, so a file is not read twice.
class Archive final : public Stream {
 public:
  Archive(Environment& environment, std::string path, telemetry::Labels labels);
  ~Archive() override;

  Step step(telemetry::LogBatch& batch, Clock::time_point now) override;

 protected:
  std::string resume_text() const override;

 private:
  bool open(Clock::time_point now);
  bool skip_delivered();
  /// Appends decompressed bytes to `text`; false at the end (or at damage).
  bool read_more(std::string& text, size_t bytes);
  void rest();

  std::unique_ptr<io::Decompressor> content_;
  std::string carry_;    // The beginning of a line whose end was not read yet.
  uint64_t offset_ = 0;  // After the last line taken.
  bool at_end_ = false;
  bool resting_ = false;
  Clock::time_point not_before_{};
};

}  // namespace components::loki::source_file
