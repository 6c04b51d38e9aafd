#include "telemetry/pprof/delta.h"

#include <doctest/doctest.h>

#include <map>

namespace telemetry::pprof {
namespace {

constexpr size_t kSizeMax = 1 << 20;
constexpr ValueType kMemory[] = {{"alloc_objects", "count"}, {"inuse_objects", "count"}};

struct Allocated {
  uint64_t address;
  int64_t allocated, in_use;
};

/// A profile of a heap at a second. `first`: what was asked for before, which moves all ids.
std::string heap(const std::vector<Allocated>& all, int64_t at, std::string_view first = "f") {
  Builder builder(kMemory);
  builder.location(first);
  for (const Allocated& one : all) {
    const uint64_t stack[] = {builder.location("alloc", 0, one.address)};
    const int64_t values[] = {one.allocated, one.in_use};
    builder.add(stack, values);
  }
  return builder.finish({.time_ns = at * 1'000'000'000});
}

/// "address:allocated,in_use " of each sample; "-": there is no profile.
std::string text_of(const base::Result<std::optional<std::string>>& body) {
  if (!body) return "failed";
  if (!*body) return "-";
  const auto message = uncompressed(**body, kSizeMax);
  REQUIRE(message);
  const auto profile = read(*message);
  REQUIRE(profile);
  std::map<uint64_t, std::string> by_address;
  for (size_t i = 0; i < profile->samples.size(); ++i) {
    const auto stack = profile->stack_of(profile->samples[i]);
    const auto values = profile->values_of(i);
    by_address[profile->locations[stack[0] - 1].address] =
        std::to_string(values[0]) + "," + std::to_string(values[1]);
  }
  std::string text;
  for (const auto& [address, values] : by_address)
    text += std::to_string(address) + ":" + values + " ";
  return text;
}

}  // namespace

TEST_CASE("pprof delta: what was counted since the profile before") {
  struct Step {
    std::string body;
    std::string_view want;
  };
  const Step steps[] = {
      {heap({{1, 10, 5}, {2, 7, 0}}, 100), "-"},
      {heap({{1, 14, 6}, {2, 7, 0}}, 115), "1:4,6 "},
      {heap({{2, 7, 0}, {1, 14, 6}, {3, 2, 2}}, 130, "other"), "1:0,6 3:2,2 "},
      {heap({{1, 14, 0}, {2, 7, 0}, {3, 2, 0}}, 145), "-"},
      {heap({{1, 15, 0}, {3, 2, 0}}, 160), "1:1,0 "},
      {heap({{1, 3, 1}, {3, 2, 0}}, 175), "1:3,1 3:2,0 "},  // The program has started anew.
      {heap({{1, 5, 1}, {3, 2, 0}}, 190), "1:2,1 "},
      {"no profile", "failed"},
      {heap({{1, 9, 1}}, 220), "-"},
      {heap({{1, 10, 1}}, 235), "1:1,1 "},
  };
  Delta delta({"alloc_objects", "alloc_space"});
  for (const Step& step : steps) {
    CAPTURE(step.want);
    CHECK(text_of(delta.advance(step.body, kSizeMax)) == step.want);
  }
}

TEST_CASE("pprof delta: time and duration, and only tables that are used") {
  Delta delta({"alloc_objects"});
  (void)delta.advance(heap({{1, 1, 0}, {2, 1, 0}}, 100, "unused"), kSizeMax);
  const auto body = delta.advance(heap({{1, 3, 0}, {2, 1, 0}}, 115, "unused"), kSizeMax);
  REQUIRE(body);
  REQUIRE(body->has_value());
  const std::string message = *uncompressed(**body, kSizeMax);
  CHECK(message.find("unused") == std::string::npos);
  const auto profile = read(message);
  REQUIRE(profile);
  CHECK(profile->head.time_ns == 115'000'000'000);
  CHECK(profile->head.duration_ns == 15'000'000'000);
  CHECK(profile->locations.size() == 1);
  CHECK(profile->sample_types.size() == 2);
}

TEST_CASE("pprof delta: equal stacks that are not one sample are counted once") {
  const auto twice = [](int64_t a, int64_t b) {
    // Two locations with one address: a builder would make them one.
    Builder builder(kMemory);
    const uint64_t named[] = {builder.location("a", 0, 7)}, other[] = {builder.location("b", 0, 7)};
    const int64_t first[] = {a, 0}, second[] = {b, 0};
    builder.add(named, first);
    builder.add(other, second);
    return builder.finish({});
  };
  Delta delta({"alloc_objects"});
  CHECK(text_of(delta.advance(twice(10, 20), kSizeMax)) == "-");
  const auto body = delta.advance(twice(11, 22), kSizeMax);
  REQUIRE(body);
  REQUIRE(body->has_value());
  const std::string message = *uncompressed(**body, kSizeMax);
  const auto profile = read(message);
  REQUIRE(profile);
  int64_t sum = 0;
  for (size_t i = 0; i < profile->samples.size(); ++i) sum += profile->values_of(i)[0];
  CHECK(sum == 3);
}

}  // namespace telemetry::pprof
