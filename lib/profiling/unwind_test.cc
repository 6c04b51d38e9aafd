#include "profiling/unwind.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "profiling/elf/eh_frame.h"
#include "profiling/profile.h"

namespace {

using profiling::CodeRegion;
using profiling::StackEnd;

/// Two files: one whose functions have no rows, at [0x1000, 0x2000), and one with them, at
/// [0x4000, 0x5000).
class TwoFiles final : public profiling::CodeMap {
 public:
  explicit TwoFiles(const profiling::elf::UnwindTable& table)
      : plain_{0x1000, 0x2000, 0, nullptr}, with_rows_{0x4000, 0x5000, 0x3000, &table} {}
  const CodeRegion* find(uint64_t pc) override {
    for (const CodeRegion* region : {&plain_, &with_rows_})
      if (pc >= region->begin && pc < region->end) return region;
    return nullptr;
  }

 private:
  CodeRegion plain_;
  CodeRegion with_rows_;
};

std::string words(const std::vector<uint64_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * 8};
}

/// A CIE (CFA = rsp + 8) and functions at 0x1000 (CFA = rsp + 24) and 0x1100 (no caller).
std::string two_functions() {
  const std::string cie("\x10\0\0\0\0\0\0\0\x01zR\0\x01\x78\x10\x01\x03\x0C\x07\x08", 20);
  const std::string first("\x10\0\0\0\x18\0\0\0\0\x10\0\0\0\x01\0\0\0\x0E\x18\0", 20);
  const std::string second("\x10\0\0\0\x2C\0\0\0\0\x11\0\0\0\x01\0\0\0\x07\x10\0", 20);
  return cie + first + second;
}

}  // namespace

TEST_CASE("unwind: rows, frame pointers and the ends of a stack") {
  const auto table = profiling::elf::UnwindTable::compile(two_functions(), 0);
  REQUIRE(table.rows().size() == 3);
  TwoFiles code(table);
  struct Case {
    std::string_view name;
    uint64_t pc, stack_pointer, frame_pointer;
    std::vector<uint64_t> stack;  // From 0x9000 on.
    bool is_cut;
    std::vector<uint64_t> want;
    StackEnd end;
  };
  const Case cases[] = {
      {"by rows to the outermost",
       0x4010,
       0x9000,
       0,
       {1, 2, 0x4108},
       false,
       {0x4010, 0x4107},
       StackEnd::outermost},
      {"by frame pointer, then rows",
       0x1010,
       0x9000,
       0x9008,
       {7, 0, 0x4020, 1, 2, 0x4108},
       false,
       {0x1010, 0x401F, 0x4107},
       StackEnd::outermost},
      {"return address zero", 0x4010, 0x9000, 0, {1, 2, 0}, false, {0x4010}, StackEnd::outermost},
      {"beyond the copy", 0x4010, 0x9000, 0, {1, 2}, true, {0x4010}, StackEnd::cut},
      {"beyond the stack", 0x4010, 0x9000, 0, {1, 2}, false, {0x4010}, StackEnd::broken},
      {"no frame pointer", 0x1010, 0x9000, 0x77, {1, 2, 3}, true, {0x1010}, StackEnd::broken},
      {"a frame pointer below the stack",
       0x1010,
       0x9000,
       0x8000,
       {1, 2, 3},
       true,
       {0x1010},
       StackEnd::broken},
      {"a return address into data",
       0x4010,
       0x9000,
       0,
       {1, 2, 0x7777},
       false,
       {0x4010},
       StackEnd::broken},
      {"nowhere", 0x10, 0x9000, 0, {1, 2, 3}, false, {0x10}, StackEnd::broken},
      {"a stack pointer that wraps around",
       0x4010,
       UINT64_MAX - 8,
       0,
       {1, 2},
       true,
       {0x4010},
       StackEnd::broken},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string stack = words(c.stack);
    std::vector<uint64_t> got;
    CHECK(unwind({c.pc, c.stack_pointer, c.frame_pointer}, {0x9000, stack}, c.is_cut, code, got) ==
          c.end);
    CHECK(got == c.want);
  }
}

TEST_CASE("unwind: frames that call themselves end at the bound") {
  const auto table = profiling::elf::UnwindTable::compile(two_functions(), 0);
  TwoFiles code(table);
  std::vector<uint64_t> values;
  for (size_t i = 0; i < 2000; ++i) values.insert(values.end(), {0, 0, 0x4020});
  const std::string stack = words(values);
  std::vector<uint64_t> got;
  CHECK(unwind({0x4010, 0x9000, 0}, {0x9000, stack}, false, code, got) == StackEnd::cut);
  CHECK(got.size() == profiling::kFramesMax);
}

TEST_CASE("flame graph: folded stacks and the boxes of an SVG") {
  profiling::Profile profile;
  profile.name = "worker";
  profile.files = {{"/bin/worker", ""}};
  profile.locations = {{0, 1, "leaf<int&>"}, {0, 2, "main"}, {0, 3, "other"}};
  profile.stacks = {{{0, 1}, 3}, {{2, 1}, 1}};
  CHECK(profiling::as_folded({profile}) == "worker;main;leaf<int&> 3\nworker;main;other 1\n");
  const std::string svg = profiling::as_svg({profile}, "CPU of <host>");
  CHECK(svg.starts_with("<?xml"));
  for (const std::string_view part :
       {"CPU of &lt;host&gt;", "<title>leaf&lt;int&amp;&gt;: 3 of 4 samples, 75.00 %</title>",
        "<title>worker: 4 of 4 samples, 100.00 %</title>",
        "data-x=\"0.750000\" data-w=\"0.250000\""}) {
    CAPTURE(part);
    CHECK(svg.find(part) != std::string::npos);
  }
  CHECK(profiling::as_folded({}).empty());
  CHECK(profiling::as_svg({}, "nothing").find("</svg>") != std::string::npos);
}
