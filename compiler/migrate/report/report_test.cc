#include "compiler/migrate/report/report.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "compiler/migrate/report/formats.h"
#include "compiler/migrate/report/testing.h"

using namespace compiler::migrate;
using namespace compiler::migrate::report;
using compiler::migrate::report::testing::add;
using compiler::migrate::report::testing::sample_report;
using nlohmann::json;

namespace {

void check_golden(const std::string& path, const std::string& got) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    CHECK(base::write_file_atomic(path, got).has_value());
    return;
  }
  INFO("expected in: ", path, " (UPDATE_GOLDEN=1 rewrites it)");
  CHECK(got == base::read_file(path).value_or("(no such file)"));
}

/// A report with one use of this verdict.
Report with(impact::Verdict verdict, bool is_alert) {
  Report report;
  report.documents.emplace_back();
  add(report, "{a=\"b\"}", verdict, "why", {"t"}, is_alert);
  return report;
}

}  // namespace

TEST_CASE("golden: the sample report in every format") {
  struct Case {
    ReportFormat format;
    std::string_view file;
  };
  const Report report = sample_report();
  for (const auto& c :
       {Case{ReportFormat::text, "sample.txt"}, Case{ReportFormat::text_colour, "sample.ansi"},
        Case{ReportFormat::markdown, "sample.md"}, Case{ReportFormat::html, "sample.html"},
        Case{ReportFormat::json, "sample.json"}, Case{ReportFormat::sarif, "sample.sarif"}})
    check_golden(fmt::format("tests/golden/migrate_report/{}", c.file), render(report, c.format));
}

TEST_CASE("report: what is seen is judged or unknown") {
  const Coverage counts = coverage(sample_report());
  CHECK(counts.seen == 8);
  CHECK(counts.judged == 6);
  CHECK(counts.unknown == 2);
  CHECK(counts.by_verdict[static_cast<size_t>(impact::Verdict::empty)] == 2);
  CHECK(unknown_parts(sample_report()).size() == counts.unknown);
  CHECK(coverage(Report()).seen == 0);
}

TEST_CASE("report: exit codes") {
  struct Case {
    impact::Verdict verdict;
    bool is_alert;
    int want;
  };
  for (const auto& c :
       {Case{impact::Verdict::same, true, 0}, Case{impact::Verdict::unknown, true, 2},
        Case{impact::Verdict::value_changed, true, 2}, Case{impact::Verdict::narrows, true, 2},
        Case{impact::Verdict::widens, false, 2}, Case{impact::Verdict::widens, true, 3},
        Case{impact::Verdict::empty, false, 2}, Case{impact::Verdict::empty, true, 3}}) {
    CAPTURE(name(c.verdict));
    Report report = with(c.verdict, c.is_alert);
    CHECK(exit_code(report) == c.want);
    report.io_errors.push_back({"x.json: not JSON"});
    CHECK(exit_code(report) == 1);
  }
  CHECK(exit_code(Report()) == 0);
  Report report = with(impact::Verdict::same, false);
  report.documents[0].unrecognised.emplace_back();
  CHECK(exit_code(report) == 0);
  report.fleet.mapping.changes.emplace_back();
  CHECK(exit_code(report) == 2);
}

TEST_CASE("report: alerts first, the worst first, then by document") {
  Report report;
  report.documents.resize(1);
  add(report, "0", impact::Verdict::narrows, "", {});
  add(report, "1", impact::Verdict::unknown, "", {}, true);
  add(report, "2", impact::Verdict::same, "", {}, true);
  add(report, "3", impact::Verdict::empty, "", {});
  add(report, "4", impact::Verdict::widens, "", {}, true);
  add(report, "5", impact::Verdict::empty, "", {}, true);
  add(report, "6", impact::Verdict::empty, "", {});
  std::string order;
  for (const impact::Finding* finding : in_order(report))
    order += row_of(report, *finding).use.text.text();
  CHECK(order == "541360");
}

TEST_CASE("report: no terminal is driven by a document") {
  const Report report = sample_report();
  for (const auto format : {ReportFormat::text, ReportFormat::json}) {
    const std::string out = render(report, format);
    CHECK(out.find('\x1b') == std::string::npos);
    CHECK(out.find('\xFF') == std::string::npos);
    CHECK(out.find("\u202E") == std::string::npos);
  }
}

TEST_CASE("report: JSON") {
  const auto report = base::parse_json(render(sample_report(), ReportFormat::json));
  CHECK(report["version"] == 1);
  CHECK(report["exit_code"] == 3);
  CHECK(report["fleet"]["done"] == 7);
  const auto& kairos = report["fleet"]["hosts"][0]["services"][2];
  CHECK(kairos["mechanism"] == "syslog");
  CHECK(kairos["labels_after"].size() == 2);
  CHECK(kairos["blockers"][0]["kind"] == "syslog_driver");
  CHECK(report["coverage"]["verdicts"]["EMPTY"] == 2);
  REQUIRE(report["findings"].size() == 7);
  const auto& first = report["findings"][0];
  CHECK(first["alert"] == true);
  CHECK(first["verdict"] == "EMPTY");
  CHECK(first["old"] == "sum(rate({job=\"kairos\"} |= \"error\" [5m])) > 0");
  CHECK(first["proposed"] == "sum(rate({service=\"kairos\"} |= \"error\" [5m])) > 0");
  CHECK(first["blocked"].is_null());
  CHECK(first["transitions"][1]["kind"] == "dual_labels");
  CHECK(report["findings"][1]["blocked"].is_string());
  CHECK(report["findings"][0]["verified"].is_null());
  CHECK(report["findings"][1]["verified"]["asked"] == false);
  CHECK(report["findings"][3]["verified"]["old_lines"] == 40);
  CHECK(report["findings"].back()["verdict"] == "SAME");
  CHECK(report["findings"].back()["proposed"].is_null());
  CHECK(report["coverage"]["passed"]["expression"] == 1);
  CHECK(report["unknown"][0]["pointer"] == "/panels/9");
  CHECK(report["errors"].empty());
}

TEST_CASE("report: SARIF") {
  Report sample = sample_report();
  sample.io_errors.push_back({"x.json: not JSON"});
  const auto log = base::parse_json(render(sample, ReportFormat::sarif));
  CHECK(log["version"] == "2.1.0");
  const auto& run = log["runs"][0];
  CHECK(run["invocations"][0]["executionSuccessful"] == false);
  CHECK(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] ==
        "x.json: not JSON");
  const auto& results = run["results"];
  REQUIRE(results.size() == 7);
  CHECK(results[0]["ruleId"] == "EMPTY");
  CHECK(results[0]["level"] == "error");
  const auto& place = results[0]["locations"][0]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"] == "rules/kairos.yml");
  CHECK(place["region"]["startColumn"] == 2);  // Column 3 in bytes stands behind an é.
  const auto& replaced = results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
  CHECK(replaced["deletedRegion"]["byteOffset"] == 4);
  CHECK(replaced["insertedContent"]["text"] == "service=\"kairos\"");
  CHECK(results[2]["level"] == "warning");
  CHECK(results[2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
        "dashboards/a%20b/%C3%BC.json");
  CHECK(results.back()["ruleId"] == "UNRECOGNISED");
}

TEST_CASE("report: text names few of many services") {
  Report report = with(impact::Verdict::empty, false);
  const auto because = [&](size_t count) {
    report.findings[0].services.assign(count, "h/s");
    const std::string out = render(report, ReportFormat::text);
    const size_t at = out.find("because");
    return out.substr(at + 11, out.find('\n', at) - at - 11);
  };
  CHECK(because(2) == "h/s, h/s");
  CHECK(because(7) == "h/s, h/s, h/s, h/s, h/s, h/s, h/s");
  CHECK(because(9) == "h/s, h/s, h/s, h/s, h/s, h/s and 3 more");
}
