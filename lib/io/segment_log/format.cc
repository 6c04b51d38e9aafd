#include "io/segment_log/format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/digest.h"

namespace io::segment_log {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

constexpr std::string_view kMagic = "tribseg\n";
constexpr uint32_t kVersion = 1;
constexpr std::string_view kSuffix = ".seg";
constexpr size_t kNameDigits = 16;

template <class Number>
Number number_at(std::string_view bytes, size_t offset) {
  Number value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <class Number>
void put_number(char* bytes, size_t offset, Number value) {
  std::memcpy(bytes + offset, &value, sizeof value);
}

/// Where the fields of the two headers begin; the essay draws them.
enum SegmentField : size_t { kVersionAt = 8, kKindAt = 12, kFirstAt = 16, kHeaderCrcAt = 28 };
enum RecordField : size_t { kCrcAt = 0, kLengthAt = 4, kSequenceAt = 8, kItemsAt = 16 };

}  // namespace

std::string SegmentHeader::format() const {
  std::string bytes(kSegmentHeaderBytes, '\0');
  std::copy(kMagic.begin(), kMagic.end(), bytes.begin());
  put_number(bytes.data(), kVersionAt, kVersion);
  put_number(bytes.data(), kKindAt, kind);
  put_number(bytes.data(), kFirstAt, first);
  put_number(bytes.data(), kHeaderCrcAt,
             base::crc32c(std::string_view(bytes).substr(0, kHeaderCrcAt)));
  return bytes;
}

base::Result<SegmentHeader> SegmentHeader::parse(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes) return base::fail("the header is not complete");
  if (!bytes.starts_with(kMagic)) return base::fail("not a segment");
  // Before the checksum, which another version may have elsewhere.
  if (const auto version = number_at<uint32_t>(bytes, kVersionAt); version != kVersion)
    return base::fail("version {} is not known, only {}", version, kVersion);
  if (number_at<uint32_t>(bytes, kHeaderCrcAt) != base::crc32c(bytes.substr(0, kHeaderCrcAt)))
    return base::fail("the header's checksum does not fit");
  return SegmentHeader{number_at<uint32_t>(bytes, kKindAt), number_at<uint64_t>(bytes, kFirstAt)};
}

RecordHeader::Bytes RecordHeader::format(uint64_t sequence, uint32_t items,
                                         std::span<const std::string_view> pieces) {
  Bytes bytes{};
  size_t length = 0;
  for (const auto piece : pieces) length += piece.size();
  put_number(bytes.data(), kLengthAt, static_cast<uint32_t>(length));
  put_number(bytes.data(), kSequenceAt, sequence);
  put_number(bytes.data(), kItemsAt, items);
  uint32_t crc = base::crc32c(std::string_view(bytes.data(), bytes.size()).substr(kLengthAt));
  for (const auto piece : pieces) crc = base::crc32c(piece, crc);
  put_number(bytes.data(), kCrcAt, crc);
  return bytes;
}

RecordHeader RecordHeader::parse(std::string_view bytes) {
  return {number_at<uint32_t>(bytes, kCrcAt), number_at<uint32_t>(bytes, kLengthAt),
          number_at<uint64_t>(bytes, kSequenceAt), number_at<uint32_t>(bytes, kItemsAt)};
}

bool RecordHeader::fits(std::string_view bytes) const {
  RecordHeader::Bytes header{};
  put_number(header.data(), kLengthAt, length);
  put_number(header.data(), kSequenceAt, sequence);
  put_number(header.data(), kItemsAt, items);
  const auto checked = std::string_view(header.data(), header.size()).substr(kLengthAt);
  return crc == base::crc32c(bytes, base::crc32c(checked));
}

std::string segment_name(uint64_t first) {
  return fmt::format("{:016x}{}", first, kSuffix);
}

std::optional<uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  uint64_t first = 0;
  const char* const end = name.data() + kNameDigits;
  if (std::from_chars(name.data(), end, first, 16).ptr != end) return std::nullopt;
  // Upper case digits are a name of somebody else.
  return segment_name(first) == name ? std::optional(first) : std::nullopt;
}

}  // namespace io::segment_log
