#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Enough of LogQL to count lines that were pushed. Whatever it does not know is an error with a
/// sentence, never an answer that may be wrong.
namespace support {

struct StoredLine {
  int64_t timestamp_ns = 0;
  std::map<std::string, std::string> labels;
  std::string text;
};

/// Streams of a query for lines: a selector with line filters |= != |~ !~ (no ip()).
struct FoundStream {
  std::map<std::string, std::string> labels;
  std::vector<const StoredLine*> lines;
};
/// Lines with begin < timestamp <= end.
base::Result<std::vector<FoundStream>> find_lines(std::string_view query,
                                                  const std::vector<StoredLine>& lines,
                                                  int64_t begin_ns, int64_t end_ns);

/// count_over_time(QUERY [RANGE]), alone or in sum(...), sum by (...) (...), at one moment.
struct Sample {
  std::map<std::string, std::string> labels;
  uint64_t value = 0;
};
base::Result<std::vector<Sample>> evaluate(std::string_view query,
                                           const std::vector<StoredLine>& lines, int64_t time_ns);

}  // namespace support
