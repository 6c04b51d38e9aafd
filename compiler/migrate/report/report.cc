#include "compiler/migrate/report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/ensure.h"
#include "compiler/migrate/report/formats.h"

namespace compiler::migrate::report {

Coverage coverage(const Report& report) {
  Coverage counts;
  for (const documents::Document& document : report.documents) {
    counts.seen += document.uses.size() + document.unrecognised.size();
    counts.unknown += document.unrecognised.size();
  }
  for (const impact::Finding& finding : report.findings) {
    ++counts.by_verdict[static_cast<size_t>(finding.verdict)];
    ++(finding.verdict == impact::Verdict::unknown ? counts.unknown : counts.judged);
  }
  return counts;
}

int exit_code(const Report& report) {
  if (!report.io_errors.empty()) return 1;
  bool changes = false;
  for (const impact::Finding& finding : report.findings) {
    const bool breaks =
        finding.verdict == impact::Verdict::empty || finding.verdict == impact::Verdict::widens;
    if (breaks && row_of(report, finding).use.is_alert) return 3;
    changes = changes || finding.verdict != impact::Verdict::same;
  }
  // Where nothing moves, what was not recognised does not change either.
  const bool moves = !report.fleet.mapping.changes.empty();
  for (const documents::Document& document : report.documents)
    changes = changes || (moves && !document.unrecognised.empty());
  return changes ? 2 : 0;
}

std::vector<const impact::Finding*> in_order(const Report& report) {
  std::vector<const impact::Finding*> order;
  for (const impact::Finding& finding : report.findings)
    if (finding.verdict != impact::Verdict::same) order.push_back(&finding);
  const auto key = [&](const impact::Finding* finding) {
    return std::tuple(!row_of(report, *finding).use.is_alert, -static_cast<int>(finding->verdict),
                      finding->document, finding->use);
  };
  std::stable_sort(
      order.begin(), order.end(),
      [&](const impact::Finding* a, const impact::Finding* b) { return key(a) < key(b); });
  return order;
}

std::vector<FindingGroup> grouped(const Report& report) {
  FindingGroup alerts{"Alerts", {}}, others{"Dashboards and pages", {}};
  for (const impact::Finding* finding : in_order(report)) {
    FindingGroup& group = row_of(report, *finding).use.is_alert ? alerts : others;
    group.findings.push_back(finding);
  }
  std::vector<FindingGroup> groups;
  for (FindingGroup* group : {&alerts, &others})
    if (!group->findings.empty()) groups.push_back(std::move(*group));
  return groups;
}

std::string render(const Report& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::text:
    case ReportFormat::text_colour:
      return render_text(report, format == ReportFormat::text_colour);
    case ReportFormat::markdown:
      return render_markdown(report);
    case ReportFormat::html:
      return render_html(report);
    case ReportFormat::json:
      return render_json(report);
    case ReportFormat::sarif:
      return render_sarif(report);
  }
  ENSURE(false);
  return {};
}

Row row_of(const Report& report, const impact::Finding& finding) {
  ENSURE(finding.document < report.documents.size());
  const documents::Document& document = report.documents[finding.document];
  ENSURE(finding.use < document.uses.size());
  // Empty unless a Loki was asked; then by the finding's index.
  const auto index = static_cast<size_t>(&finding - report.findings.data());
  const auto found =
      std::lower_bound(report.comparisons.begin(), report.comparisons.end(), index,
                       [](const Comparison& item, size_t wanted) { return item.finding < wanted; });
  const bool is_compared = found != report.comparisons.end() && found->finding == index;
  return {finding, document, document.uses[finding.use], is_compared ? &*found : nullptr};
}

std::vector<UnknownPart> unknown_parts(const Report& report) {
  std::vector<std::vector<UnknownPart>> of_documents(report.documents.size());
  for (const impact::Finding& finding : report.findings) {
    if (finding.verdict != impact::Verdict::unknown) continue;
    const Row row = row_of(report, finding);
    of_documents[finding.document].push_back({&row.document, row.use.line, row.use.column,
                                              &row.use.pointer, &row.use.title, &finding.reason});
  }
  std::vector<UnknownPart> parts;
  for (size_t i = 0; i < report.documents.size(); ++i) {
    auto& own = of_documents[i];
    for (const documents::Unrecognised& item : report.documents[i].unrecognised)
      own.push_back(
          {&report.documents[i], item.line, item.column, &item.pointer, &item.title, &item.what});
    std::stable_sort(own.begin(), own.end(), [](const UnknownPart& a, const UnknownPart& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    parts.insert(parts.end(), own.begin(), own.end());
  }
  return parts;
}

std::map<std::string, size_t> passed(const Report& report) {
  std::map<std::string, size_t> counts;
  for (const documents::Document& document : report.documents)
    for (const auto& [why, count] : document.passed) counts[why] += count;
  return counts;
}

std::string coverage_text(const Coverage& counts) {
  return fmt::format("{} seen = {} judged + {} unknown", counts.seen, counts.judged,
                     counts.unknown);
}

std::string comparison_text(const Comparison& comparison) {
  if (!comparison.asked) return "not asked: " + comparison.note;
  return fmt::format("{} in {} with the old query, {} in {} with the new one: {}",
                     counted(comparison.old_lines, "line"),
                     counted(comparison.old_streams, "stream"),
                     counted(comparison.new_lines, "line"),
                     counted(comparison.new_streams, "stream"), comparison.note);
}

std::string place(std::string_view file, uint32_t line, uint32_t column) {
  if (line == 0) return std::string(file);
  if (column == 0) return fmt::format("{}:{}", file, line);
  return fmt::format("{}:{}:{}", file, line, column);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

std::string counted(size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

}  // namespace compiler::migrate::report
