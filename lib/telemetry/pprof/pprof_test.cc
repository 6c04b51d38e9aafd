#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "telemetry/pprof/builder.h"
#include "telemetry/pprof/reader.h"
#include "telemetry/wire/proto.h"

namespace telemetry::pprof {
namespace {

using wire::append_bytes;
using wire::append_varint;

constexpr ValueType kCpu[] = {{"cpu", "nanoseconds"}};
constexpr size_t kBytesMax = 1 << 20;

std::string_view name_of(const Contents& profile, uint64_t location) {
  const auto lines = profile.lines_of(profile.locations[location - 1]);
  return profile.functions[lines.front().function - 1].name;
}

/// Bytes of a profile that is whole, but for what a case adds or leaves out.
struct Draft {
  std::string sample = message({{1, 1}, {2, 5}});
  std::string location = message({{1, 1}, {3, 0x10}}) + line(1);
  std::string function = message({{1, 1}, {2, 3}});
  std::string type = message({{1, 1}, {2, 2}});
  std::string more;
  std::vector<std::string> strings = {"", "cpu", "nanoseconds", "main"};

  static std::string message(const std::vector<std::pair<uint32_t, uint64_t>>& fields) {
    std::string out;
    for (const auto& [tag, value] : fields) append_varint(out, tag, value);
    return out;
  }
  static std::string line(uint64_t function) {
    std::string out;
    append_bytes(out, 4, message({{1, function}}));
    return out;
  }
  std::string bytes() const {
    std::string out;
    if (!type.empty()) append_bytes(out, 1, type);
    append_bytes(out, 2, sample);
    append_bytes(out, 4, location);
    append_bytes(out, 5, function);
    for (const std::string& string : strings) append_bytes(out, 6, string);
    return out + more;
  }
};

}  // namespace

TEST_CASE("pprof: what is built is read: stacks, names, addresses, labels, head") {
  Builder builder(kCpu);
  const uint64_t program = builder.mapping(
      {.start = 0x1000, .limit = 0x2000, .file_offset = 16, .file = "busy", .build_id = "ab12"});
  const uint64_t library = builder.mapping({.file = "libc.so.6", .build_id = {}});
  const uint64_t main = builder.location("main", program, 0x1010);
  const uint64_t inlined = builder.function({"leaf", "_Z4leafv", "busy.cc", 7});
  const Line lines[] = {{inlined, 9}, {builder.function({"outer", {}, {}}), 3}};
  const uint64_t leaf = builder.location(program, 0x1020, lines);
  const uint64_t bare = builder.location(library, 0x40);
  CHECK(builder.location("main", program, 0x1010) == main);
  CHECK(builder.location(program, 0x1020, lines) == leaf);
  const Label pid[] = {{"pid", {}, 12, {}}};
  const uint64_t deep[] = {leaf, main}, flat[] = {bare, main};
  const int64_t one[] = {10}, two[] = {32};
  builder.add(deep, one);
  builder.add(flat, one, pid);
  builder.add(deep, two);
  builder.add(deep, one, pid);
  CHECK(builder.samples() == 3);
  CHECK(builder.bytes() > 100);
  const Head head{.period_type = {"cpu", "nanoseconds"},
                  .period = 10309278,
                  .time_ns = 1700000000000000000,
                  .duration_ns = 15000000000,
                  .default_sample_type = "cpu",
                  .drop_frames = {},
                  .keep_frames = {},
                  .comments = {"made here"}};
  const std::string compressed = builder.finish_compressed(head);
  CHECK(looks_like_profile(compressed));
  const std::string bytes = *uncompressed(compressed, kBytesMax);
  CHECK(looks_like_profile(bytes));
  const auto profile = read(bytes);
  REQUIRE(profile);
  REQUIRE(profile->samples.size() == 3);
  CHECK(profile->values == std::vector<int64_t>{42, 10, 10});
  const auto stack = profile->stack_of(profile->samples[0]);
  REQUIRE(stack.size() == 2);
  CHECK(name_of(*profile, stack[0]) == "leaf");
  CHECK(name_of(*profile, stack[1]) == "main");
  const auto& location = profile->locations[stack[0] - 1];
  CHECK(location.address == 0x1020);
  REQUIRE(location.lines == 2);
  CHECK(profile->lines_of(location)[0].line == 9);
  CHECK(profile->functions[inlined - 1].system_name == "_Z4leafv");
  CHECK(profile->functions[inlined - 1].start_line == 7);
  CHECK(profile->mappings[0].build_id == "ab12");
  CHECK(profile->mappings[0].limit == 0x2000);
  REQUIRE(profile->samples[1].labels == 1);
  CHECK(profile->labels_of(profile->samples[1])[0].key == "pid");
  CHECK(profile->labels_of(profile->samples[1])[0].number == 12);
  CHECK(profile->head.period == 10309278);
  CHECK(profile->head.time_ns == 1700000000000000000);
  CHECK(profile->head.duration_ns == 15000000000);
  CHECK(profile->head.period_type.unit == "nanoseconds");
  CHECK(profile->head.default_sample_type == "cpu");
  CHECK(profile->head.comments == std::vector<std::string_view>{"made here"});
}

TEST_CASE("pprof: a builder begins anew after a profile") {
  Builder builder(kCpu);
  const int64_t value[] = {1};
  const uint64_t first[] = {builder.location("first")};
  builder.add(first, value);
  (void)builder.finish({});
  CHECK(builder.samples() == 0);
  CHECK(builder.bytes() == 0);
  const uint64_t second[] = {builder.location("second")};
  CHECK(second[0] == 1);
  builder.add(second, value);
  const std::string bytes = builder.finish({});
  CHECK(bytes.find("first") == std::string::npos);
  CHECK(read(bytes).has_value());
}

TEST_CASE("pprof: names that are not UTF-8 are made so, for a server refuses the profile else") {
  Builder builder(kCpu);
  const uint64_t stack[] = {
      builder.location("a\xff"
                       "b")};
  const int64_t value[] = {1};
  builder.add(stack, value);
  const std::string bytes = builder.finish({});
  const auto profile = read(bytes);
  REQUIRE(profile);
  CHECK(name_of(*profile, 1) ==
        "a\xef\xbf\xbd"
        "b");
}

TEST_CASE("pprof: a mapping has functions only if each of its locations has one") {
  // Field 7 of a mapping: a server forgets the addresses of all its locations for it.
  const std::string has_functions = Draft::message({{7, 1}});
  for (const bool is_named : {true, false}) {
    CAPTURE(is_named);
    Builder builder(kCpu);
    const uint64_t mapping = builder.mapping({.file = {}, .build_id = {}});
    builder.location("f", mapping, 1);
    if (!is_named) builder.location(mapping, 2);
    const std::string bytes = builder.finish({});
    CHECK((bytes.find(has_functions) != std::string::npos) == is_named);
  }
}

TEST_CASE("pprof: what a server would refuse is refused, and why") {
  struct Case {
    std::string_view problem;  ///< "": none
    void (*change)(Draft& draft);
  };
  const Case cases[] = {
      {"", [](Draft&) {}},
      {"",
       [](Draft& d) {
         d.sample = Draft::message({{1, 1}, {1, 1}, {2, 5}});
       }},
      {"", [](Draft& d) { append_bytes(d.sample, 1, "\1\1"); }},
      {"",
       [](Draft& d) {
         d.more = Draft::message({{9, 5}, {99, 1}});
       }},
      {"",
       [](Draft& d) {
         d.sample = Draft::message({{1, 9}, {2, 5}});
         d.location = Draft::message({{1, 9}});
       }},
      {"there is no sample type", [](Draft& d) { d.type.clear(); }},
      {"a sample has 2 values, and there are 1 sample types",
       [](Draft& d) { append_varint(d.sample, 2, 1); }},
      {"a sample has 0 values, and there are 1 sample types", [](Draft& d) { d.sample.clear(); }},
      {"location 2 is used and not there",
       [](Draft& d) {
         d.sample = Draft::message({{1, 2}, {2, 5}});
       }},
      {"location 0 is used and not there",
       [](Draft& d) {
         d.sample = Draft::message({{1, 0}, {2, 5}});
       }},
      {"location id 0 is 0 or there twice",
       [](Draft& d) {
         d.location = Draft::message({{3, 1}});
       }},
      {"location id 1 is 0 or there twice",
       [](Draft& d) {
         append_bytes(d.more, 4, Draft::message({{1, 1}}));
       }},
      {"function 7 is used and not there",
       [](Draft& d) {
         d.location = Draft::message({{1, 1}}) + Draft::line(7);
       }},
      {"a line has no function",
       [](Draft& d) {
         append_bytes(d.location, 4, Draft::message({{2, 5}}));
       }},
      {"mapping 3 is used and not there", [](Draft& d) { append_varint(d.location, 2, 3); }},
      {"string 4 of 4 is used",
       [](Draft& d) {
         d.function = Draft::message({{1, 1}, {2, 4}});
       }},
      {"string 3 is not UTF-8", [](Draft& d) { d.strings[3] = "\xff"; }},
      {"the first string is not \"\"", [](Draft& d) { d.strings[0] = "x"; }},
      {"the first string is not \"\"", [](Draft& d) { d.strings.clear(); }},
      {"the profile is damaged", [](Draft& d) { d.more = "\x12\x7f"; }},
      {"a list of numbers is damaged", [](Draft& d) { append_bytes(d.sample, 1, "\xff"); }},
      {"a sample is damaged", [](Draft& d) { d.sample += "\x0a\x7f"; }},
  };
  for (const Case& c : cases) {
    Draft draft;
    c.change(draft);
    const auto profile = read(draft.bytes());
    CHECK((profile ? std::string() : profile.error().message) == c.problem);
  }
}

TEST_CASE("pprof: what is larger than allowed is not uncompressed") {
  Builder builder(kCpu);
  const std::string name(100000, 'x');
  const uint64_t stack[] = {builder.location(name)};
  const int64_t value[] = {1};
  builder.add(stack, value);
  const std::string body = builder.finish_compressed({});
  CHECK(body.size() < 5000);
  CHECK(uncompressed(body, 200000).has_value());
  CHECK_FALSE(uncompressed(body, 50000).has_value());
  CHECK_FALSE(uncompressed(body.substr(0, body.size() / 2), 200000).has_value());
}

TEST_CASE("pprof: other bodies than profiles are known by their first bytes") {
  for (const std::string_view body : {"", "<html>", "{\"a\":1}", "not found", "\xff\xff"}) {
    CAPTURE(body);
    CHECK_FALSE(looks_like_profile(body));
  }
}

}  // namespace telemetry::pprof
