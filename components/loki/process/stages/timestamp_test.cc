#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "components/loki/process/fixture.h"
#include "components/loki/process/stages/time_zone.h"
#include "components/loki/process/stages/timestamp_layout.h"

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
           {"January 2, 2006 at 3:04:05pm", "November 14, 2023 at 10:13:20pm", kT * s},
           {"January 2, 2006 at 3:04:05pm", "November 14, 2023 at 10:13:20PM", std::nullopt},
           {"3:04PM 06-1-2", "12:00AM 70-1-2", 86400 * s},
           {"2006 002", "2023 318", 1'699'920'000 * s},
           {"2006 002", "2023 366", std::nullopt},
           {"2006 __2", "2023 318", 1'699'920'000 * s},
           {"2006 __2", "2023   4", 1'672'790'400 * s},
           // The hour of 24 may have one digit.
           {"060102 15:04:05", "231114  2:13:20", (kT - 72000) * s},
           {"2006-01-02 15:04:05", "2023-11-14 2:13:20", (kT - 72000) * s},
           {"2006-01-02 15:04:05", "2023-11-14 24:13:20", std::nullopt},
           {"2006-01-02 15:04:05 MST", "2023-11-14 23:13:20 GMT+1", kT * s},
           {"2006-01-02 15:04:05 MST", "2023-11-14 22:13:20 GMT", kT * s},
           {"2006-01-02 15:04:05 MST", "2023-11-14 22:13:20 +03", kT * s},
           {"2006-01-02 15:04:05 MST", "2023-11-14 22:13:20 +24", std::nullopt},
           {"2006-01-02T15:04:05Z0700", "2023-11-14T22:13:20+0000", kT * s},
           {"2006-01-02T15:04:05-07", "2023-11-14T22:13:20+00", kT * s},
           {"2006-01-02T15:04:05-07:00", "2023-11-14T22:13:20Z", std::nullopt},
           {"2006-01-02", "2263-01-01", std::nullopt},
           // Blanks in the layout are any number of blanks in the text.
           {"Jan 2 15:04:05 2006", "Nov  4 22:13:20 2023", (kT - 864000) * s},
           {"Jan 2 15:04:05 2006", "Nov 14   22:13:20 2023", kT * s},
           {"Jan  2 15:04:05 2006", "Nov 14 22:13:20 2023", kT * s},
           {"Mon Jan 2 15:04:05 2006", "Sat Nov  4 22:13:20 2023", (kT - 864000) * s},
           {"Jan _2 15:04:05 2006", "Nov  4 22:13:20 2023", (kT - 864000) * s},
           {"Jan 2 15:04:05 2006", "Nov14 22:13:20 2023", std::nullopt},
           {"2006-01-02", "2023- 11-14", std::nullopt},
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
  // As Go: an hour that there was not, and one that there was twice, on both sides of Greenwich.
  CHECK(zone->offset_at_local(1'774'751'400) == 3600);  // 2026-03-29T02:30
  CHECK(zone->offset_at_local(1'792'895'400) == 3600);  // 2026-10-25T02:30
  const auto west = TimeZone::load("America/New_York");
  REQUIRE(west.has_value());
  CHECK(west->offset_at_local(1'793'496'600) == -14400);  // 2026-11-01T01:30
  CHECK(TimeZone::load("UTC")->offset_at_local(0) == 0);
  CHECK_FALSE(TimeZone::load("Nowhere/City").has_value());
  CHECK_FALSE(TimeZone::load("../../etc/passwd").has_value());
  CHECK_FALSE(TimeZone::parse("TZif2 cut off").has_value());
}

/// What zic makes of a source: `form` is fat or slim.
TimeZone compiled(std::string_view form, std::string_view source) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("zic-{}", getpid());
  std::filesystem::create_directories(folder);
  REQUIRE(base::write_file_atomic(folder / "source", source).has_value());
  const std::string command =
      fmt::format("/usr/sbin/zic -b {} -d {} {}/source", form, folder.string(), folder.string());
  REQUIRE(std::system(command.c_str()) == 0);
  const auto file = base::read_file(folder / "Test", size_t{1} << 20);
  std::filesystem::remove_all(folder);
  REQUIRE(file.has_value());
  const auto zone = TimeZone::parse(*file);
  REQUIRE(zone.has_value());
  return *zone;
}

TEST_CASE("time zone: slim and fat files mean the same, also for years that neither lists") {
  constexpr std::string_view kBerlin =
      "Rule E 1996 max - Mar lastSun 1:00u 1:00 S\n"
      "Rule E 1996 max - Oct lastSun 1:00u 0 -\n"
      "Zone Test 1:00 - CET 1996\n 1:00 E CE%sT\n";
  for (const std::string_view form : {"slim", "fat"}) {
    CAPTURE(form);
    const TimeZone zone = compiled(form, kBerlin);
    CHECK(zone.offset_at_local(800'000'000) == 3600);    // 1995-05-09
    CHECK(zone.offset_at_local(1'719'792'000) == 7200);  // 2024-07-01T00:00
    CHECK(zone.offset_at_local(1'735'689'600) == 3600);  // 2025-01-01T00:00
    CHECK(zone.offset_at_local(1'711'850'399) == 3600);  // 2024-03-31T01:59:59
    CHECK(zone.offset_at_local(1'711'854'000) == 7200);  // 2024-03-31T03:00
    CHECK(zone.offset_at_local(1'729'990'799) == 7200);  // 2024-10-27T00:59:59
    CHECK(zone.offset_at_local(1'729'998'000) == 3600);  // 2024-10-27T03:00
    CHECK(zone.offset_at_local(4'118'083'200) == 7200);  // 2100-07-01T00:00
    CHECK(zone.offset_at_local(4'133'980'800) == 3600);  // 2101-01-01T00:00
  }
  // South of the equator summer goes over New Year.
  constexpr std::string_view kSydney =
      "Rule A 2008 max - Apr Sun>=1 2:00s 0 -\n"
      "Rule A 2008 max - Oct Sun>=1 2:00s 1:00 D\n"
      "Zone Test 10:00 - AEST 2008\n 10:00 A AE%sT\n";
  const TimeZone south = compiled("slim", kSydney);
  CHECK(south.offset_at_local(1'735'689'600) == 39600);  // 2025-01-01T00:00
  CHECK(south.offset_at_local(1'719'792'000) == 36000);  // 2024-07-01T00:00
}

TEST_CASE("time zone: abbreviations are the zone's own, in any season") {
  const auto berlin = TimeZone::load("Europe/Berlin");
  const auto new_york = TimeZone::load("America/New_York");
  REQUIRE((berlin.has_value() && new_york.has_value()));
  constexpr int64_t kJuly = 1'785'232'800;  // 2026-07-28T10:00
  CHECK(berlin->offset_of("CET", kJuly) == 3600);
  CHECK(berlin->offset_of("CEST", kJuly) == 7200);
  CHECK(berlin->offset_of("CET", 1'792'895'400) == 3600);  // 2026-10-25T02:30, which came twice.
  CHECK(berlin->offset_of("CEST", 1'792'895'400) == 7200);
  CHECK(new_york->offset_of("EST", kJuly) == -18000);
  CHECK_FALSE(berlin->offset_of("EST", kJuly).has_value());
  CHECK_FALSE(TimeZone().offset_of("CET", kJuly).has_value());
}

TEST_CASE("time zone: Local is the machine's") {
  const char* before = std::getenv("TZ");
  const std::string kept = before ? before : "";
  const auto offset = [](const char* name) {
    REQUIRE(::setenv("TZ", name, 1) == 0);
    const auto zone = TimeZone::load("Local");
    return zone ? std::optional(zone->offset_at_local(1'785'232'800)) : std::nullopt;
  };
  CHECK(offset("Europe/Berlin") == 7200);
  CHECK(offset(":Europe/Berlin") == 7200);
  CHECK(offset("/usr/share/zoneinfo/Asia/Tokyo") == 32400);
  CHECK(offset("") == 0);
  CHECK(offset("Local") == 0);
  CHECK(offset("Nowhere/City") == std::nullopt);
  ::unsetenv("TZ");
  CHECK(TimeZone::load("Local").has_value());
  if (before) ::setenv("TZ", kept.c_str(), 1);
}

TEST_CASE("posix tz: rules, and texts that are not one") {
  const auto berlin = PosixTz::parse("CET-1CEST,M3.5.0,M10.5.0/3");
  REQUIRE(berlin.has_value());
  CHECK(berlin->standard_offset == 3600);
  CHECK(berlin->summer_offset == 7200);
  CHECK(berlin->to_summer->local_seconds(2024) == 1'711'850'400);    // 2024-03-31T02:00
  CHECK(berlin->to_standard->local_seconds(2024) == 1'729'998'000);  // 2024-10-27T03:00
  CHECK(PosixTz::parse("<+0330>-3:30")->standard_offset == 12600);
  CHECK(PosixTz::parse("IST-1GMT0,M10.5.0,M3.5.0/1")->summer_offset == 0);
  CHECK(PosixTz::parse("EST5EDT4,J60/-1,300")->to_summer->local_seconds(2024) ==
        1'709'247'600);  // 2024-02-29T23:00
  CHECK(PosixTz::parse("EST5EDT4,J60,300")->to_standard->local_seconds(2024) ==
        1'729'994'400);  // 2024-10-27T02:00
  for (const std::string_view text :
       {"", "C-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/3x", "<+03-3"}) {
    CAPTURE(text);
    CHECK_FALSE(PosixTz::parse(text).has_value());
  }
}

TEST_CASE("stage.timestamp: a zone that the machine does not have is a problem of the component") {
  const auto problems = [](std::string_view location) {
    const Checked checked = check(fmt::format(
        "stage.timestamp {{\nsource = \"job\"\nformat = \"RFC3339\"\nlocation = \"{}\"\n}}",
        location));
    base::metrics::Registry registry;
    const base::metrics::Scope scope(registry, "t");
    const telemetry::Flow flow(scope, telemetry::Flow::kLines);
    const Pipeline pipeline(checked.arguments->stages, scope, flow, base::Logger("t"));
    return pipeline.problems();
  };
  CHECK(problems("UTC").empty());
  CHECK(problems("Local").empty());
  REQUIRE(problems("Nowhere/City").size() == 1);
  CHECK(problems("Nowhere/City")[0].starts_with("time zone \"Nowhere/City\": "));
}

TEST_CASE("stage.timestamp: a zone that there is not is said when the configuration is checked") {
  const auto codes = [](std::string_view location) {
    return check(fmt::format("stage.timestamp {{\nsource = \"job\"\nformat = \"RFC3339\"\nlocation "
                             "= \"{}\"\n}}",
                             location))
        .codes;
  };
  REQUIRE(TimeZone::has_database());
  for (const char* zone : {"UTC", "Local", "Europe/Berlin"}) CHECK(codes(zone).empty());
  for (const char* zone : {"Europe/Nowhere", "../etc/passwd", "Europe"})
    CHECK(codes(zone) == std::vector<std::string>{"C123"});
}

TEST_CASE("stage.timestamp: an abbreviation is that of the location, else UTC's") {
  struct Case {
    std::string text;
    int64_t seconds;
  };
  for (const auto& c : {Case{"2026-07-28 10:00:00 CET", 1'785'229'200},
                        Case{"2026-07-28 10:00:00 CEST", 1'785'225'600},
                        Case{"2026-07-28 10:00:00 EST", 1'785'232'800},
                        Case{"2026-07-28 10:00:00 GMT-1", 1'785'236'400}}) {
    CAPTURE(c.text);
    Fixture fixture(R"r(stage.timestamp { source = "job"
                                          format = "2006-01-02 15:04:05 MST"
                                          location = "Europe/Berlin" })r");
    const auto batch = fixture.process(lines({"x"}, {{"job", c.text}}));
    CHECK(batch.entries[0].timestamp_ns == c.seconds * 1'000'000'000);
  }
}

TEST_CASE("stage.timestamp: a line without a time fails as one with a bad time does") {
  const std::string stages =
      R"r(stage.regex { expression = "^(?P<t>\\d\\S+)" }
          stage.timestamp {
            source = "t"
            format = "RFC3339"
            %s
          })r";
  const std::vector<std::string> texts = {"2023-11-14T22:13:20Z a", "at b", "at c",
                                          "2023-11-14T22:13:21Z d"};
  const auto with = [&](std::string_view more) {
    std::string text = stages;
    return Fixture(text.replace(text.find("%s"), 2, more)).run(texts, true);
  };
  CHECK(with("") ==
        "1700000000000000000 {job=\"j\"} 2023-11-14T22:13:20Z a\n"
        "1700000000000000001 {job=\"j\"} at b\n"
        "1700000000000000002 {job=\"j\"} at c\n"
        "1700000001000000000 {job=\"j\"} 2023-11-14T22:13:21Z d\n");
  CHECK(with("action_on_failure = \"skip\"") ==
        "1700000000000000000 {job=\"j\"} 2023-11-14T22:13:20Z a\n"
        "2 {job=\"j\"} at b\n3 {job=\"j\"} at c\n"
        "1700000001000000000 {job=\"j\"} 2023-11-14T22:13:21Z d\n");
}

}  // namespace components::loki::process::stages
