#include "profiling/sampler/record.h"

#include <linux/perf_event.h>

namespace profiling::sampler {
namespace {

// What the kernel calls PERF_SAMPLE_REGS_ABI_64; 32-bit processes have no frames for us.
constexpr uint64_t kAbi64 = 2;
constexpr size_t kBuildIdBytes = 20;

/// Behind every record but samples, as sample_id_all asks: {pid, tid, time}.
struct Trailer {
  uint32_t pid;
  uint32_t tid;
  uint64_t time;
};

/// Takes numbers from the front; sticky errors.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number fixed() {
    Number value = 0;
    const std::string_view bytes = take(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view take(uint64_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view text() {
    const std::string_view all = take(rest_.size());
    return all.substr(0, all.find('\0'));
  }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Record> made(Record record, const RecordReader& in) {
  return in.ok() ? std::optional(std::move(record)) : std::nullopt;
}

std::optional<Record> decode_sample(RecordReader in) {
  Sample sample;
  sample.pid = in.fixed<uint32_t>();
  sample.tid = in.fixed<uint32_t>();
  in.fixed<uint64_t>();  // The time.
  const auto addresses = in.fixed<uint64_t>();
  if (addresses > UINT16_MAX) return std::nullopt;
  sample.chain = Words(in.take(addresses * sizeof(uint64_t)));
  const auto abi = in.fixed<uint64_t>();
  if (abi != 0) {
    sample.registers.frame_pointer = in.fixed<uint64_t>();
    sample.registers.stack_pointer = in.fixed<uint64_t>();
    sample.registers.pc = in.fixed<uint64_t>();
    sample.has_user = abi == kAbi64;
    sample.is_32_bit = !sample.has_user;
  }
  const auto stack_bytes = in.fixed<uint64_t>();
  if (stack_bytes > 0) {
    sample.stack = in.take(stack_bytes);
    const auto used = in.fixed<uint64_t>();
    sample.is_stack_cut = used >= stack_bytes;
    sample.stack = sample.stack.substr(0, used);
  }
  return made(sample, in);
}

std::optional<Record> decode_map(RecordReader in, uint16_t misc) {
  MapRecord map;
  map.pid = in.fixed<uint32_t>();
  in.fixed<uint32_t>();  // The thread.
  map.address = in.fixed<uint64_t>();
  map.size = in.fixed<uint64_t>();
  map.offset = in.fixed<uint64_t>();
  if ((misc & PERF_RECORD_MISC_MMAP_BUILD_ID) != 0) {
    const auto size = in.fixed<uint8_t>();
    in.take(3);
    map.build_id = in.take(kBuildIdBytes).substr(0, size);
  } else {
    in.take(24);  // Device, inode and its generation.
  }
  in.take(8);  // Protection and flags.
  map.path = in.text();
  return made(map, in);
}

}  // namespace

uint64_t time_of(std::string_view record) {
  RecordHeader header;
  if (record.size() < sizeof header) return 0;
  std::memcpy(&header, record.data(), sizeof header);
  uint64_t time = 0;
  const size_t at = header.type == PERF_RECORD_SAMPLE                  ? sizeof header + 8
                    : record.size() >= sizeof header + sizeof(Trailer) ? record.size() - sizeof time
                                                                       : record.size();
  if (at + sizeof time > record.size()) return 0;
  std::memcpy(&time, record.data() + at, sizeof time);
  return time;
}

std::optional<Record> decode(std::string_view record) {
  RecordHeader header;
  if (record.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, record.data(), sizeof header);
  if (header.size != record.size()) return std::nullopt;
  record.remove_prefix(sizeof header);
  if (header.type == PERF_RECORD_SAMPLE) return decode_sample(RecordReader(record));
  if (record.size() < sizeof(Trailer)) return std::nullopt;
  record.remove_suffix(sizeof(Trailer));
  RecordReader in(record);
  switch (header.type) {
    case PERF_RECORD_MMAP2:
      return decode_map(in, header.misc);
    case PERF_RECORD_COMM: {
      CommRecord comm{.pid = in.fixed<uint32_t>(), .tid = in.fixed<uint32_t>()};
      comm.is_exec = (header.misc & PERF_RECORD_MISC_COMM_EXEC) != 0;
      comm.name = in.text();
      return made(comm, in);
    }
    case PERF_RECORD_FORK: {
      const ForkRecord fork{.pid = in.fixed<uint32_t>(), .parent = in.fixed<uint32_t>()};
      return made(fork, in);
    }
    case PERF_RECORD_EXIT: {
      ExitRecord exit{.pid = in.fixed<uint32_t>()};
      in.fixed<uint32_t>();  // The parent.
      exit.tid = in.fixed<uint32_t>();
      return made(exit, in);
    }
    case PERF_RECORD_LOST: {
      in.fixed<uint64_t>();  // The event.
      const LostRecord lost{in.fixed<uint64_t>()};
      return made(lost, in);
    }
    case PERF_RECORD_THROTTLE: {
      const ThrottleRecord throttle{in.fixed<uint64_t>()};
      return made(throttle, in);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace profiling::sampler
