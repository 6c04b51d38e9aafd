#include "base/rfc3339.h"

#include <doctest/doctest.h>

namespace base {

TEST_CASE("rfc3339: what is read, strictly and loosely") {
  struct Case {
    std::string_view text;
    std::optional<int64_t> strict, loose;
  };
  const auto nothing = std::nullopt;
  const int64_t time = 1'795'681'348'000'000'000;  // 2026-11-26T08:22:28Z
  for (const auto& c : {
           Case{"1970-01-01T00:00:00Z", 0, 0},
           Case{"2026-11-26T08:22:28Z", time, time},
           Case{"2026-11-26T08:22:28.342090367Z", time + 342'090'367, time + 342'090'367},
           Case{"2026-11-26T08:22:28.5Z", time + 500'000'000, time + 500'000'000},
           Case{"2026-11-26T08:22:28.3420903679999Z", time + 342'090'367, time + 342'090'367},
           Case{"2026-11-26T09:22:28+01:00", time, time},
           Case{"2026-11-26T04:52:28-03:30", time, time},
           Case{"2016-12-31T23:59:60Z", 1'483'228'800'000'000'000, 1'483'228'800'000'000'000},
           Case{"1969-12-31T23:59:59.999999999Z", -1, -1},
           Case{"2026-11-26T09:22:28+0100", nothing, time},
           Case{"2026-11-26 08:22:28Z", nothing, time},
           Case{"2026-11-26t08:22:28z", nothing, time},
           Case{"2026-11-26T08:22:28,5Z", nothing, time + 500'000'000},
           Case{"2026-11-26T08:22:28", nothing, nothing},
           Case{"2026-11-26T08:22:28.Z", nothing, nothing},
           Case{"2026-11-26T08:22:28ZZ", nothing, nothing},
           Case{"2026-11-26T08:22:28Z ", nothing, nothing},
           Case{"2026-02-29T08:22:28Z", nothing, nothing},
           Case{"2026-13-01T08:22:28Z", nothing, nothing},
           Case{"2026-99-99T08:22:28Z", nothing, nothing},
           Case{"2026-11-26T24:00:00Z", nothing, nothing},
           Case{"2026-11-26T08:60:00Z", nothing, nothing},
           Case{"2026-11-26T08:22:61Z", nothing, nothing},
           Case{"2026-11-26T08:22:28+24:00", nothing, nothing},
           Case{"2026-11-26T08:22:28+01:60", nothing, nothing},
           Case{"26-11-26T08:22:28Z", nothing, nothing},
           Case{"1677-12-31T00:00:00Z", nothing, nothing},
           Case{"2262-01-01T00:00:00Z", nothing, nothing},
           Case{"+026-11-26T08:22:28Z", nothing, nothing},
           Case{"", nothing, nothing},
       }) {
    CAPTURE(c.text);
    CHECK(parse_rfc3339(c.text) == c.strict);
    CHECK(parse_rfc3339(c.text, Rfc3339::loose) == c.loose);
  }
}

TEST_CASE("rfc3339: what is written is read back") {
  for (const int64_t ns : {int64_t{0}, int64_t{-1}, int64_t{1'795'681'348'342'090'367}})
    CHECK(parse_rfc3339(format_rfc3339(ns)) == ns);
  CHECK(format_rfc3339(1'795'681'348'000'000'007) == "2026-11-26T08:22:28.000000007Z");
}

}  // namespace base
