#include <doctest/doctest.h>

#include "components/loki/process/stages/timestamp_layout.h"
#include "components/loki/process/stages/timestamp_zone.h"

namespace components::loki::process::stages {

TEST_CASE("time layout: reads times as Go does") {
  struct Case {
    std::string_view format, text;
    std::optional<int64_t> want;  // Nanoseconds.
  };
  constexpr int64_t s = 1'000'000'000;
  constexpr int64_t kT = 1'700'000'000;  // 2023-11-14T22:13:20Z, a Tuesday.
  for (const auto& c : std::vector<Case>{
           {"RFC3339", "2023-11-14T22:13:20Z", kT * s},
           {"RFC3339", "2023-11-14T23:13:20.25+01:00", kT * s + s / 4},
           {"RFC3339Nano", "2023-11-14T22:13:20.123456789Z", kT * s + 123456789},
           {"RFC3339", "2023-11-14 22:13:20Z", std::nullopt},
           {"RFC3339", "2023-02-30T22:13:20Z", std::nullopt},
           {"RFC3339", "2023-11-14T24:13:20Z", std::nullopt},
           {"RFC3339", "2023-11-14T22:13:20Z tail", std::nullopt},
           {"ANSIC", "Tue Nov 14 22:13:20 2023", kT * s},
           {"ANSIC", "tue nov  4 22:13:20 2023", (kT - 864000) * s},
           {"UnixDate", "Tue Nov 14 22:13:20 UTC 2023", kT * s},
           {"RubyDate", "Tue Nov 14 23:13:20 +0100 2023", kT * s},
           {"RFC822", "14 Nov 23 22:13 UTC", (kT - 20) * s},
           {"RFC822Z", "14 Nov 23 22:13 +0000", (kT - 20) * s},
           {"RFC850", "Tuesday, 14-Nov-23 22:13:20 GMT", kT * s},
           {"RFC1123", "Tue, 14 Nov 2023 22:13:20 GMT", kT * s},
           {"RFC1123Z", "Tue, 14 Nov 2023 17:13:20 -0500", kT * s},
           {"Unix", "1700000000", kT * s},
           {"Unix", "1700000000.5", kT * s + s / 2},
           {"Unix", "x", std::nullopt},
           {"UnixMs", "1700000000123", kT * s + 123'000'000},
           {"UnixUs", "1700000000123456", kT * s + 123'456'000},
           {"UnixNs", "1700000000123456789", kT * s + 123456789},
           {"UnixNs", "-1", -1},
           {"2006-01-02 15:04:05.000", "2023-11-14 22:13:20.250", kT * s + s / 4},
           {"2006-01-02 15:04:05.000", "2023-11-14 22:13:20.25", std::nullopt},
           {"2006-01-02 15:04:05,000", "2023-11-14 22:13:20,250", kT * s + s / 4},
           {"2006-01-02 15:04:05.999", "2023-11-14 22:13:20", kT * s},
           {"02/Jan/2006:15:04:05 -0700", "14/Nov/2023:22:13:20 +0000", kT * s},
           {"January 2, 2006 at 3:04:05pm", "November 14, 2023 at 10:13:20PM", kT * s},
           {"3:04PM 06-1-2", "12:00AM 70-1-2", 86400 * s},
           {"2006 002", "2023 318", 1'699'920'000 * s},
           {"2006 002", "2023 366", std::nullopt},
           {"2006-01-02T15:04:05Z0700", "2023-11-14T22:13:20+0000", kT * s},
           {"2006-01-02T15:04:05-07", "2023-11-14T22:13:20+00", kT * s},
           {"2006-01-02T15:04:05-07:00", "2023-11-14T22:13:20Z", std::nullopt},
           {"2006-01-02", "2263-01-01", std::nullopt},
       }) {
    CAPTURE(c.format);
    CAPTURE(c.text);
    const auto layout = TimeLayout::parse(c.format);
    REQUIRE(layout.has_value());
    const auto moment = layout->read(c.text);
    CHECK((moment ? moment->to_ns(0) : std::nullopt) == c.want);
  }
}

TEST_CASE("time layout: what it knows of itself") {
  CHECK_FALSE(TimeLayout::parse("RFC3339")->is_custom());
  CHECK_FALSE(TimeLayout::parse("UnixMs")->is_custom());
  CHECK(TimeLayout::parse("2006-01-02")->is_custom());
  CHECK_FALSE(TimeLayout::parse("YYYY-MM-DD").has_value());
  CHECK_FALSE(TimeLayout::parse("").has_value());
  CHECK_FALSE(TimeLayout::parse("Jan _2 15:04:05")->read("Nov 14 22:13:20")->has_year);
}

TEST_CASE("time zone: offsets around the change of clocks") {
  const auto zone = TimeZone::load("Europe/Berlin");
  REQUIRE_MESSAGE(zone.has_value(), (zone ? "" : zone.error().message));
  CHECK(zone->offset_at_local(1'704'067'200) == 3600);  // 2024-01-01T00:00
  CHECK(zone->offset_at_local(1'719'792'000) == 7200);  // 2024-07-01T00:00
  CHECK(zone->offset_at_local(1'711'850'399) == 3600);  // 2024-03-31T01:59:59
  CHECK(zone->offset_at_local(1'711'854'000) == 7200);  // 2024-03-31T03:00
  CHECK(TimeZone::load("UTC")->offset_at_local(0) == 0);
  CHECK_FALSE(TimeZone::load("Nowhere/City").has_value());
  CHECK_FALSE(TimeZone::load("../../etc/passwd").has_value());
}

}  // namespace components::loki::process::stages
