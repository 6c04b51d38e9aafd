#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "compiler/migrate/report/report.h"
#include "compiler/migrate/verify/loki_reader.h"

namespace compiler::migrate::verify {

struct VerifyOptions {
  LokiAccess access;
  TimeRange range;
  size_t parallel = 4;                         ///< questions at a time
  std::chrono::milliseconds time_max{300000};  ///< for all; what is left then is not asked
  LokiReader::Limits limits;
};

/// The last `length` until now.
TimeRange until_now(std::chrono::seconds length);

/// Asks a Loki how many lines and streams the old and the proposed query of each finding with a
/// LogQL proposal find; a comparison for each of these findings, in their order. Reads only. An
/// error when the Loki cannot be reached or does not let us in; what it answers to one query is
/// that comparison's note.
///
/// Counts are of one range of time: before the move only the old query finds lines, after it only
/// the new one. They agree while a service writes with both labels.
base::Result<std::vector<report::Comparison>> verify(const report::Report& report,
                                                     const VerifyOptions& options);

}  // namespace compiler::migrate::verify
