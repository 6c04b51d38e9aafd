#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "base/files.h"
#include "profiling/elf/cfi_program.h"
#include "profiling/elf/eh_frame.h"
#include "profiling/elf/image.h"
#include "profiling/process/maps.h"

namespace {

using namespace profiling::elf;

/// Bytes of the numbers given.
template <class... Bytes>
std::string bytes_of(Bytes... bytes) {
  return std::string{static_cast<char>(bytes)...};
}

std::string length_before(const std::string& body) {
  std::string text(4, '\0');
  const auto size = static_cast<uint32_t>(body.size());
  std::memcpy(text.data(), &size, sizeof size);
  return text + body;
}

std::string little(uint32_t value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A section with one CIE as GCC writes it (CFA = rsp + 8, return address at CFA - 8), and a FDE
/// for [begin, begin + size) with these instructions. Addresses are absolute, of 4 bytes.
std::string section_of(uint32_t begin, uint32_t size, const std::string& instructions) {
  const std::string cie =
      little(0) + bytes_of(1, 'z', 'R', 0, 1, 0x78, 16, 1, 0x03) + bytes_of(0x0C, 7, 8, 0x90, 1);
  const std::string common = length_before(cie);
  const std::string fde = little(static_cast<uint32_t>(common.size() + 4)) + little(begin) +
                          little(size) + bytes_of(0) + instructions;
  return common + length_before(fde) + little(0);
}

__attribute__((noinline)) int known_function(int value) {
  std::printf("%s", value > 1'000'000 ? "large" : "");
  return value + 1;
}

}  // namespace

TEST_CASE("eh_frame: rows of instructions") {
  struct Case {
    std::string_view name;
    std::string instructions;
    uint64_t at;
    CfaRule rule;
    int cfa, frame_pointer;
  };
  // push rbp; mov rbp, rsp; ...; pop rbp
  const std::string framed = bytes_of(0x41, 0x0E, 16, 0x86, 2, 0x43, 0x0D, 6, 0x4A, 0x0C, 7, 8);
  const Case cases[] = {
      {"at the entry", framed, 0x1000, CfaRule::stack_pointer, 1, 0},
      {"after push", framed, 0x1001, CfaRule::stack_pointer, 2, -2},
      {"in the body", framed, 0x1004, CfaRule::frame_pointer, 2, -2},
      {"before the end of the body", framed, 0x100D, CfaRule::frame_pointer, 2, -2},
      {"after pop", framed, 0x100E, CfaRule::stack_pointer, 1, -2},
      {"behind the function", framed, 0x1020, CfaRule::unknown, 0, 0},
      {"no caller", bytes_of(0x07, 16), 0x1000, CfaRule::end, 0, 0},
      {"realigned", bytes_of(0x0F, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0), 0x1000,
       CfaRule::saved_pointer, -1, UnwindRow::kAtFramePointer},
      {"plt", bytes_of(0x0F, 11, 0x77, 8, 0x80, 0, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22),
       0x1000, CfaRule::plt, 11, 0},
      {"another expression", bytes_of(0x0F, 2, 0x50, 0x06), 0x1000, CfaRule::unknown, 0, 0},
      {"another register", bytes_of(0x0C, 10, 0), 0x1000, CfaRule::unknown, 0, 0},
      {"remembered", bytes_of(0x0A, 0x0E, 32, 0x44, 0x0B), 0x1004, CfaRule::stack_pointer, 1, 0},
      {"an unknown instruction", bytes_of(0x3F), 0x1000, CfaRule::unknown, 0, 0},
      {"cut short", bytes_of(0x44, 0x0E), 0x1004, CfaRule::unknown, 0, 0},
      {"nothing remembered", bytes_of(0x0B), 0x1000, CfaRule::unknown, 0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto table = UnwindTable::compile(section_of(0x1000, 0x20, c.instructions), 0x8000);
    const UnwindRow* row = table.find(c.at);
    REQUIRE(row != nullptr);
    CHECK(row->rule == c.rule);
    if (c.rule == CfaRule::unknown || c.rule == CfaRule::end) continue;
    CHECK(row->cfa == c.cfa);
    CHECK(row->frame_pointer == c.frame_pointer);
  }
}

TEST_CASE("eh_frame: addresses outside, and sections that are damaged") {
  const std::string section = section_of(0x1000, 0x20, "");
  const auto table = UnwindTable::compile(section, 0);
  CHECK(table.find(0xFFF) == nullptr);
  CHECK(table.find(0x1000)->rule == CfaRule::stack_pointer);
  CHECK(table.find(uint64_t{1} << 40) == nullptr);
  for (size_t size = 0; size + 4 < section.size(); ++size)
    CHECK(UnwindTable::compile(std::string_view(section).substr(0, size), 0).rows().empty());
}

TEST_CASE("elf: this program's own image, rows and symbols") {
  const auto bytes = FileBytes::open("/proc/self/exe");
  REQUIRE(bytes);
  const auto image = Image::read(*bytes);
  REQUIRE(image);
  const Section* text = image->section(".text");
  REQUIRE(text != nullptr);
  const auto bias =
      image->bias(0x10000000 + (text->offset & ~uint64_t{4095}), text->offset & ~uint64_t{4095});
  REQUIRE(bias);
  CHECK(0x10000000 + text->offset - *bias == text->address);
  const auto table = UnwindTable::read(*bytes, *image);
  CHECK(table.rows().size() > 1000);
  CHECK(known_function(1) == 2);
  const auto address = reinterpret_cast<uint64_t>(&known_function) + 4;
  const auto maps = profiling::process::parse_maps(base::read_file("/proc/self/maps").value_or(""));
  const auto mapping = std::find_if(maps.begin(), maps.end(), [&](const auto& one) {
    return one.begin <= address && address < one.end;
  });
  REQUIRE(mapping != maps.end());
  const auto loaded_bias = image->bias(mapping->begin, mapping->offset);
  REQUIRE(loaded_bias);
  std::vector<WantedName> wanted{{address - *loaded_bias, {}}};
  find_symbols(*bytes, *image, ".symtab", wanted);
  CHECK(wanted[0].name.find("known_function") != std::string::npos);
  const UnwindRow* row = table.find(wanted[0].address);
  REQUIRE(row != nullptr);
  CHECK(row->rule != CfaRule::unknown);
}

TEST_CASE("elf: what is not a file of ours") {
  CHECK(!Image::read(MemoryBytes("")));
  CHECK(!Image::read(MemoryBytes(std::string(64, '\0'))));
  CHECK(!Image::read(MemoryBytes("#!/bin/sh\n" + std::string(100, ' '))));
  CHECK(FileBytes::open("/proc/self") == nullptr);
  CHECK(FileBytes::open("/nonexistent") == nullptr);
  CHECK(debug_file_path("\xAB\xCD\x01") == "/usr/lib/debug/.build-id/ab/cd01.debug");
  CHECK(debug_file_path("").empty());
}

TEST_CASE("elf: reads beyond the end give nothing") {
  const MemoryBytes bytes("abcdef");
  CHECK(bytes.take(0, 6, 100) == "abcdef");
  CHECK(bytes.take(0, 7, 100).empty());
  CHECK(bytes.take(6, UINT64_MAX, UINT64_MAX).empty());
  CHECK(bytes.take(0, 6, 5).empty());
  CHECK(bytes.text(2, 100) == "cdef");
  CHECK(bytes.text(2, 2) == "cd");
  CHECK(bytes.text(7, 2).empty());
}
