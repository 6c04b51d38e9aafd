#pragma once
#include <string>
#include <vector>

#include "migrate/documents/document.h"
#include "migrate/fleet/fleet.h"
#include "migrate/judge/finding.h"

namespace migrate {

enum class ReportFormat : uint8_t { text, text_colour, markdown, html, json, sarif };

/// All that a report shows.
struct Report {
  FleetState fleet;
  std::vector<Document> documents;
  std::vector<Finding> findings;       ///< one for each use of each document
  std::vector<base::Error> io_errors;  ///< documents that could not be read
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
std::vector<const Finding*> in_order(const Report& report);

std::string render(const Report& report, ReportFormat format);

}  // namespace migrate
