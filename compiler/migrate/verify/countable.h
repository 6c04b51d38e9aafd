#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace compiler::migrate::verify {

/// A query for lines that a Loki can be asked to count.
struct LineQuery {
  std::string selector;  ///< {job="kairos"}
  std::string query;     ///< {job="kairos"} |= "error"; ends before an unwrap
  bool parses = false;   ///< a stage reads the lines, and may fail at some

  bool operator==(const LineQuery&) const = default;
};

/// The queries for lines that an expression is made of, each once.
struct Countable {
  std::vector<LineQuery> queries;
  std::vector<std::string> assumed;  ///< "$job is assumed to be .+": what was put for variables
  std::string refused;               ///< why nothing is asked; empty when something can be
};

/// Takes a LogQL expression or a bare selector apart. A variable stands for `.+` where it is all or
/// a part of a positive matcher's value; anywhere else any guess would decide the count, and the
/// expression is refused.
Countable countable(std::string_view expression);

}  // namespace compiler::migrate::verify
