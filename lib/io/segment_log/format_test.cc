#include "io/segment_log/format.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "base/digest.h"

using namespace io::segment_log;

TEST_CASE("segment log: crc32c in pieces, with and without the instruction") {
  std::string bytes(1000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 3);
  const std::string_view all = bytes;
  const uint32_t whole = base::crc32c(all);
  for (size_t cut = 0; cut <= 20; ++cut) {
    CAPTURE(cut);
    CHECK(base::crc32c(all.substr(cut), base::crc32c(all.substr(0, cut))) == whole);
    CHECK(base::crc32c_by_table(all.substr(cut), base::crc32c_by_table(all.substr(0, cut))) ==
          whole);
  }
}

TEST_CASE("segment log: a segment's header") {
  const SegmentHeader header{0x31474f4c, 0x3f3};
  const std::string bytes = header.format();
  REQUIRE(bytes.size() == kSegmentHeaderBytes);
  const auto parsed = SegmentHeader::parse(bytes);
  REQUIRE(parsed);
  CHECK(parsed->kind == header.kind);
  CHECK(parsed->first == header.first);

  struct Case {
    size_t byte;
    std::string_view error;
  };
  for (const auto& c : {Case{0, "not a segment"}, Case{8, "version 0 is not known, only 1"},
                        Case{12, "the header's checksum does not fit"},
                        Case{16, "the header's checksum does not fit"},
                        Case{31, "the header's checksum does not fit"}}) {
    CAPTURE(c.byte);
    std::string bad = bytes;
    bad[c.byte] = static_cast<char>(bad[c.byte] ^ 1);
    const auto refused = SegmentHeader::parse(bad);
    REQUIRE(!refused);
    CHECK(refused.error().message == c.error);
  }
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK(!SegmentHeader::parse(std::string_view(bytes).substr(0, size)));
}

TEST_CASE("segment log: a record's header fits its bytes and no other") {
  const std::array<std::string_view, 3> pieces{"ab", "", "cde"};
  const auto bytes = RecordHeader::format(9, 4, pieces);
  for (size_t i = 0; i <= bytes.size(); ++i) {
    CAPTURE(i);
    auto changed = bytes;
    if (i < bytes.size()) changed[i] = static_cast<char>(changed[i] ^ 0x10);
    const auto header = RecordHeader::parse({changed.data(), changed.size()});
    CHECK(header.fits("abcde") == (i == bytes.size()));
    CHECK(!header.fits("abcdf"));
  }
}

TEST_CASE("segment log: names of segments") {
  struct Case {
    std::string_view name;
    std::optional<uint64_t> first;
  };
  for (const auto& c :
       {Case{"00000000000003f3.seg", 0x3f3}, Case{"ffffffffffffffff.seg", ~uint64_t{0}},
        Case{"00000000000003F3.seg", {}}, Case{"3f3.seg", {}}, Case{"00000000000003f3.seg.bad", {}},
        Case{"00000000000003g3.seg", {}}, Case{"cursors", {}}, Case{"", {}}}) {
    CAPTURE(c.name);
    CHECK(parse_segment_name(c.name) == c.first);
    if (c.first) CHECK(segment_name(*c.first) == c.name);
  }
}
