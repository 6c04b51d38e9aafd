#pragma once
#include <atomic>
#include <cstddef>

#include "components/shared/memory.h"

namespace components {

/// The memory of lines that have no end yet, of all streams that a component reads: containers
/// write progress bars and binary data without a line feed for as long as they live. Beyond
/// kBytesMax no line gets longer than kShortLineBytes; its rest is cut off, as that of a line that
/// is too long by itself. Counts towards the limit of the process. Thread safe.
class UnfinishedLines {
 public:
  static constexpr size_t kBytesMax = size_t{32} << 20;
  static constexpr size_t kShortLineBytes = size_t{64} << 10;

  /// How long a line may get now, where it may be of `most` bytes otherwise.
  size_t line_bytes_max(size_t most) const {
    return bytes_ <= kBytesMax || most < kShortLineBytes ? most : kShortLineBytes;
  }

  /// What one stream holds.
  class Hold {
   public:
    explicit Hold(UnfinishedLines& all) : all_(all) {}
    ~Hold() { set(0); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    void set(size_t bytes) {
      all_.memory_.change(bytes_, bytes);
      all_.bytes_ += bytes - bytes_;
      bytes_ = bytes;
    }

   private:
    UnfinishedLines& all_;
    size_t bytes_ = 0;
  };

 private:
  std::atomic<size_t> bytes_{0};
  MemoryShare memory_{Memory::of_process(), Memory::Use::connections};
};

}  // namespace components
