#include <doctest/doctest.h>

#include "compiler/cases/cases.h"
#include "components/catalog.h"
#include "tests/support/archive.h"

namespace {

namespace cases = compiler::cases;

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

/// What arrives on `at`, half a year before a test is run or in a year to come, is always the same.
constexpr std::string_view kTimes = R"river(== app.river
loki.source.syslog "net" {
	listener {
		address                = "127.0.0.1:1515"
		protocol               = "udp"
		syslog_format          = "rfc3164"
		labels                 = {job = "old"}
		use_incoming_timestamp = true
	}
	forward_to = [loki.write.w.receiver]
}

loki.process "old" {
	stage.regex {
		expression = "^(?P<time>\\w+ +\\d+ \\S+)"
	}

	stage.timestamp {
		source = "time"
		format = "Jan _2 15:04:05"
	}

	stage.drop {
		older_than = "24h"
	}
	forward_to = [loki.write.w.receiver]
}

loki.process "some" {
	stage.sampling {
		rate = 0.5
	}
	forward_to = [loki.write.w.receiver]
}

loki.process "packed" {
	stage.pack {
		labels           = ["a"]
		ingest_timestamp = true
	}
	forward_to = [loki.write.w.receiver]
}

loki.write "w" {
	endpoint {
		url = "http://w/loki/api/v1/push"
	}
}
)river";

compiler::emit::CommandResult test_times(const std::string& suite) {
  support::Folder folder;
  support::unpack(kTimes, folder);
  folder.write("app.test.yml", "config: app.river\ncases:\n" + suite);
  cases::Options options;
  options.paths = {folder.path()};
  options.check.catalog = components::catalog();
  return cases::run_test(options);
}

TEST_CASE("cfgc test: stages and sources take the time of the case for the present") {
  for (const int year : {2001, 2026, 2099}) {
    CAPTURE(year);
    const auto result = test_times(fmt::format(R"(
  - {{name: new, into: loki.process.old, labels: {{job: x}}, at: {0}-06-02T00:00:00Z,
     line: 'Jun  1 12:00:00 a', expect: {{timestamp: {0}-06-01T12:00:00Z}}}}
  - {{name: old, into: loki.process.old, labels: {{job: x}}, at: {0}-06-03T00:00:00Z,
     line: 'Jun  1 12:00:00 a', expect: {{dropped: stage.drop}}}}
  - {{name: year, into: loki.process.old, labels: {{job: x}}, at: {0}-01-01T00:00:00Z,
     line: 'Dec 31 23:00:00 a', expect: {{timestamp: {1}-12-31T23:00:00Z}}}}
  - {{name: pack, into: loki.process.packed, labels: {{job: x}}, at: {0}-06-03T00:00:00Z,
     line: a, expect: {{timestamp: {0}-06-03T00:00:00Z}}}}
  - {{name: syslog, syslog: '<30>Jun  1 12:00:00 h a: b', at: {0}-06-03T00:00:00Z,
     expect: {{timestamp: {0}-06-01T12:00:00Z}}}}
)",
                                               year, year - 1));
    CAPTURE(result.out);
    CHECK(result.exit_code == 0);
    CHECK(holds(result.err, "5 of 5 cases passed"));
  }
}

TEST_CASE("cfgc test: stage.sampling keeps the same entries each time") {
  std::string lines;
  for (int i = 0; i < 64; ++i) lines += fmt::format("{}{}", i == 0 ? "" : ", ", i);
  const std::string suite = fmt::format(
      "  - {{name: a, into: loki.process.some, labels: {{job: x}}, lines: [{0}], expect: "
      "dropped}}\n"
      "  - {{name: b, into: loki.process.some, labels: {{job: x}}, lines: [{0}], expect: "
      "dropped}}\n",
      lines);
  const auto body = [](const std::string& out, std::string_view name) {
    const size_t begin = out.find("\n", out.find(fmt::format("FAIL {} ", name)));
    return out.substr(begin, out.find("\n\n", begin) - begin);
  };
  const std::string first = test_times(suite).out, second = test_times(suite).out;
  REQUIRE(holds(first, "FAIL a "));
  CHECK(body(first, "a") == body(first, "b"));
  CHECK(body(first, "a") == body(second, "a"));
}

}  // namespace
