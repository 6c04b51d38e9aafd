#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/impact/judge.h"
#include "compiler/migrate/streams/state.h"

namespace compiler::migrate::report {

enum class ReportFormat : uint8_t { text, text_colour, markdown, html, json, sarif };

/// What a Loki answered to the old and to the proposed query of a finding.
struct Comparison {
  size_t finding = 0;  ///< index into Report::findings
  bool asked = false;  ///< false: `note` says why not, and the counts say nothing
  uint64_t old_lines = 0, new_lines = 0;
  uint64_t old_streams = 0, new_streams = 0;
  bool agrees = false;  ///< both find lines, and as many
  std::string note;     ///< what the counts mean, and what was assumed
};

/// All that a report shows.
struct Report {
  streams::State fleet;
  std::vector<documents::Document> documents;
  std::vector<impact::Finding> findings;  ///< one for each use of each document
  std::vector<base::Error> io_errors;     ///< documents that could not be read
  std::vector<Comparison> comparisons;    ///< by `finding`; empty: nothing was verified
};

/// Uses and unrecognised parts are all counted: seen = judged + unknown.
struct Coverage {
  size_t seen = 0;
  size_t judged = 0;
  size_t unknown = 0;  ///< findings with Verdict::unknown, and Document::unrecognised
  size_t by_verdict[6] = {};
};
Coverage coverage(const Report& report);

/// 1: something could not be read, so the report is not whole. 3: an alert goes EMPTY or WIDENS. 2:
/// something else changes, or is unknown while services move. 0: nothing of these.
int exit_code(const Report& report);

/// The findings in reading order, SAME left out: alerts first, the worst first, then by document.
std::vector<const impact::Finding*> in_order(const Report& report);

/// The same in the parts that a reader looks for, those without a finding left out.
struct FindingGroup {
  std::string_view title;
  std::vector<const impact::Finding*> findings;
};
std::vector<FindingGroup> grouped(const Report& report);

std::string render(const Report& report, ReportFormat format);

}  // namespace compiler::migrate::report
