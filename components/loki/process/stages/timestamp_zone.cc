#include "components/loki/process/stages/timestamp_zone.h"

#include "base/files.h"

// TZif (RFC 8536): a header and body with 32-bit times, then in version 2 and up the same with
// 64-bit times, which is what is read. Times after the last transition keep its offset: today's
// files list transitions up to 2037.
namespace components::loki::process::stages {
namespace {

constexpr size_t kHeaderSize = 44;

int64_t big_endian(std::string_view bytes, size_t size) {
  uint64_t value = static_cast<signed char>(bytes[0]) < 0 ? ~uint64_t{0} : 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(value);
}

struct Counts {
  size_t utc = 0, standard = 0, leap = 0, times = 0, types = 0, chars = 0;

  size_t body(size_t time_size) const {
    return times * (time_size + 1) + types * 6 + chars + leap * (time_size + 4) + standard + utc;
  }
};

bool read_header(std::string_view file, Counts& out) {
  if (file.size() < kHeaderSize || !file.starts_with("TZif")) return false;
  size_t* const fields[] = {&out.utc, &out.standard, &out.leap, &out.times, &out.types, &out.chars};
  for (size_t i = 0; i < std::size(fields); ++i) {
    const int64_t count = big_endian(file.substr(20 + i * 4), 4);
    if (count < 0) return false;
    *fields[i] = static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

base::Result<TimeZone> TimeZone::load(std::string_view name) {
  if (name.empty() || name == "UTC") return TimeZone();
  const bool escapes = name.starts_with('/') || name.find("..") != std::string_view::npos;
  if (escapes) return base::fail("\"{}\" is no time zone", name);
  const auto file = base::read_file("/usr/share/zoneinfo/" + std::string(name), size_t{1} << 20);
  if (!file) return base::fail("time zone \"{}\": {}", name, file.error().message);
  std::string_view rest = *file;
  Counts counts;
  const auto malformed = [&] { return base::fail("time zone \"{}\": malformed file", name); };
  if (!read_header(rest, counts) || rest.size() < kHeaderSize + counts.body(4)) return malformed();
  if (rest[4] < '2') return malformed();
  rest.remove_prefix(kHeaderSize + counts.body(4));
  if (!read_header(rest, counts) || rest.size() < kHeaderSize + counts.body(8)) return malformed();
  rest.remove_prefix(kHeaderSize);
  const std::string_view times = rest.substr(0, counts.times * 8);
  const std::string_view indexes = rest.substr(counts.times * 8, counts.times);
  const std::string_view types = rest.substr(counts.times * 9, counts.types * 6);
  if (counts.types == 0) return malformed();
  TimeZone zone;
  zone.first_offset_ = static_cast<int>(big_endian(types, 4));
  for (size_t i = 0; i < counts.times; ++i) {
    const auto type = static_cast<uint8_t>(indexes[i]);
    if (type >= counts.types) return malformed();
    zone.transitions_.push_back({big_endian(times.substr(i * 8), 8),
                                 static_cast<int>(big_endian(types.substr(type * 6), 4))});
  }
  return zone;
}

int TimeZone::offset_at_local(int64_t local_seconds) const {
  int offset = first_offset_;
  for (const Transition& transition : transitions_) {
    if (local_seconds - offset < transition.at) break;
    offset = transition.offset;
  }
  return offset;
}

}  // namespace components::loki::process::stages
