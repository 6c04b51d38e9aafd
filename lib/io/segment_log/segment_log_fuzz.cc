#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "io/segment_log/segment_reader.h"

using namespace io::segment_log;

namespace {

constexpr uint64_t kFirst = 5;

/// A disk that has one file, in memory.
Disk disk_with(std::string_view file) {
  Disk disk;
  disk.pread = [file](int, void* to, size_t size, off_t at) -> ssize_t {
    const std::string_view part = file.substr(std::min(static_cast<size_t>(at), file.size()), size);
    std::memcpy(to, part.data(), part.size());
    return static_cast<ssize_t>(part.size());
  };
  return disk;
}

/// Reads all of it: sequences grow, and each one is either read or counted as damaged.
void read(std::string_view file, uint64_t end) {
  const Disk disk = disk_with(file);
  SegmentReader reader(disk, base::Descriptor(), kFirst);
  Record record;
  uint64_t seen = kFirst;
  while (true) {
    const auto step = reader.next({file.size(), end}, record);
    ENSURE(step.status != SegmentReader::Status::failed);
    seen += step.damaged;
    if (step.status == SegmentReader::Status::end) break;
    ENSURE(record.sequence == seen && seen < end);
    ENSURE(!record.bytes.empty() && record.bytes.size() < file.size());
    ++seen;
  }
  ENSURE(seen <= end);
}

/// Whole records out of the input: one length a byte, up to a zero, and then changes of bytes.
std::string damaged_segment(std::string_view input) {
  std::string file = SegmentHeader{0, kFirst}.format();
  uint64_t sequence = kFirst;
  while (!input.empty()) {
    const auto length = static_cast<uint8_t>(input.front());
    input.remove_prefix(1);
    if (length == 0) break;
    const std::array pieces{input.substr(0, length)};
    input.remove_prefix(pieces[0].size());
    if (pieces[0].empty()) break;
    const auto header = RecordHeader::format(sequence++, length, pieces);
    file.append(header.data(), header.size());
    file.append(pieces[0]);
  }
  for (; input.size() >= 3; input.remove_prefix(3)) {
    uint16_t at = 0;
    std::memcpy(&at, input.data(), sizeof at);
    if (at >= kSegmentHeaderBytes && at < file.size()) file[at] = input[2];
  }
  return file;
}

}  // namespace

/// Whatever the bytes of a segment, reading them ends in records and counted damage.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)SegmentHeader::parse(input);
  const std::string raw = SegmentHeader{0, kFirst}.format() + std::string(input);
  read(raw, kFirst + 3);
  read(raw, ~uint64_t{0});
  const std::string damaged = damaged_segment(input);
  read(damaged, kFirst + 300);
  read(damaged, ~uint64_t{0});
  return 0;
}
