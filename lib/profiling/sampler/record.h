#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <variant>

#include "profiling/unwind.h"

/// The kernel's records of perf_event_open(2), with the sample type that Rings asks for.
namespace profiling::sampler {

/// Unaligned 64-bit numbers that it views.
class Words {
 public:
  Words() = default;
  explicit Words(std::string_view bytes) : bytes_(bytes) {}
  size_t size() const { return bytes_.size() / sizeof(uint64_t); }
  uint64_t operator[](size_t index) const {
    uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + index * sizeof value, sizeof value);
    return value;
  }

 private:
  std::string_view bytes_;
};

/// Where a thread was when the clock fired. Views into the record.
struct Sample {
  uint32_t pid = 0;
  uint32_t tid = 0;
  Words chain;             ///< kernel addresses, leaf first, and PERF_CONTEXT_* marks
  bool has_user = false;   ///< registers and stack are there: not so in kernel threads
  bool is_32_bit = false;  ///< of a 32-bit process: has_user is false
  Registers registers;
  std::string_view stack;     ///< from the stack pointer up
  bool is_stack_cut = false;  ///< the stack goes on beyond what was copied
};

/// An executable mapping was made.
struct MapRecord {
  uint32_t pid = 0;
  uint64_t address = 0;
  uint64_t size = 0;
  uint64_t offset = 0;
  std::string_view build_id;  ///< empty: the kernel gave device and inode instead
  std::string_view path;
};

struct CommRecord {
  uint32_t pid = 0;
  uint32_t tid = 0;
  bool is_exec = false;  ///< a new program runs: the mappings of before are gone
  std::string_view name;
};

struct ForkRecord {
  uint32_t pid = 0;
  uint32_t parent = 0;  ///< the same as pid: a new thread
};

struct ExitRecord {
  uint32_t pid = 0;
  uint32_t tid = 0;
};

/// Records that the kernel could not write, as the ring was full.
struct LostRecord {
  uint64_t count = 0;
};

/// The kernel takes fewer samples for a while, to keep its own load down.
struct ThrottleRecord {
  uint64_t at = 0;
};

using Record =
    std::variant<Sample, MapRecord, CommRecord, ForkRecord, ExitRecord, LostRecord, ThrottleRecord>;

/// Bytes of user stack that are copied with each sample.
inline constexpr uint32_t kStackBytes = 16384;

/// What all records begin with.
struct RecordHeader {
  uint32_t type = 0;
  uint16_t misc = 0;
  uint16_t size = 0;
};

/// The record whose bytes, header included, these are; nothing for kinds that are not used and for
/// damaged ones.
std::optional<Record> decode(std::string_view record);

/// When it happened, on the monotonic clock, in ns; 0: the record does not say.
uint64_t time_of(std::string_view record);

}  // namespace profiling::sampler
