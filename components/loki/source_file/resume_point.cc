#include "components/loki/source_file/resume_point.h"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace components::loki::source_file {
namespace {

/// Takes a number and the character after it ('\0': the end) off the text.
template <class Number>
bool take(std::string_view& text, Number& number, char after, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  if (after == '\0') return text.empty();
  if (text.empty() || text.front() != after) return false;
  text.remove_prefix(1);
  return true;
}

Fingerprint sum_of(int fd, uint64_t from, size_t size) {
  char bytes[Fingerprint::kBytesMax];
  const ssize_t got = ::pread(fd, bytes, size, static_cast<off_t>(from));
  return got <= 0 ? Fingerprint() : fingerprint_of({bytes, static_cast<size_t>(got)});
}

}  // namespace

Fingerprint fingerprint_of(std::string_view bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  return {static_cast<uint32_t>(bytes.size()),
          static_cast<uint32_t>(::crc32_z(0, data, bytes.size()))};
}

Fingerprint fingerprint_of(int fd, uint64_t size) {
  return sum_of(fd, 0, std::min<uint64_t>(size, Fingerprint::kBytesMax));
}

Fingerprint fingerprint_before(int fd, uint64_t offset) {
  const size_t size = std::min<uint64_t>(offset, Fingerprint::kEndBytesMax);
  return sum_of(fd, offset - size, size);
}

void ReadMarks::note(uint64_t offset, const Fingerprint& end) {
  if (marks_.size() == kMax) {  // Every second one, so that they stay spread over the file.
    for (size_t i = 1; i < kMax / 2; ++i) marks_[i] = marks_[2 * i];
    marks_.resize(kMax / 2);
  }
  marks_.push_back({offset, end});
}

void ReadMarks::cut(uint64_t offset) {
  std::erase_if(marks_, [&](const Mark& mark) { return mark.offset > offset; });
}

bool ReadMarks::are_in(int fd, uint64_t size) const {
  const auto last = std::find_if(marks_.rbegin(), marks_.rend(),
                                 [&](const Mark& mark) { return mark.offset <= size; });
  return last != marks_.rend() &&
         last->offset >= Fingerprint::kBytesMax + Fingerprint::kEndBytesMax &&
         fingerprint_before(fd, last->offset) == last->end;
}

std::string ResumePoint::text() const {
  return fmt::format("{} {}:{} {}:{:08x} {} {}:{:08x}", offset, device, inode, beginning.size,
                     beginning.crc, seen_ns, end.size, end.crc);
}

std::optional<ResumePoint> ResumePoint::parse(std::string_view text) {
  ResumePoint point;
  const auto blanks = std::count(text.begin(), text.end(), ' ');
  const bool has_time = blanks >= 3, has_end = blanks == 4;
  const bool whole =
      take(text, point.offset, ' ') && take(text, point.device, ':') &&
      take(text, point.inode, ' ') && take(text, point.beginning.size, ':') &&
      take(text, point.beginning.crc, has_time ? ' ' : '\0', 16) &&
      (!has_time || take(text, point.seen_ns, has_end ? ' ' : '\0')) &&
      (!has_end || (take(text, point.end.size, ':') && take(text, point.end.crc, '\0', 16) &&
                    point.end.size <= Fingerprint::kEndBytesMax));
  return whole ? std::optional(point) : std::nullopt;
}

std::map<std::string, uint64_t, std::less<>> legacy_offsets(std::string_view text) {
  const auto unquoted = [](std::string_view word) {
    word = base::trimmed(word);
    const bool is_quoted = word.size() >= 2 && word.front() == word.back() &&
                           (word.front() == '"' || word.front() == '\'');
    return is_quoted ? word.substr(1, word.size() - 2) : word;
  };
  std::map<std::string, uint64_t, std::less<>> offsets;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t colon = line.rfind(": ");
    if (colon == line.npos) continue;
    std::string_view number = unquoted(line.substr(colon + 2));
    uint64_t offset = 0;
    if (take(number, offset, '\0')) offsets[std::string(unquoted(line.substr(0, colon)))] = offset;
  }
  return offsets;
}

}  // namespace components::loki::source_file
