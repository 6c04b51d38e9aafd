#include <algorithm>
#include <vector>

#include "base/text.h"
#include "compiler/migrate/impact/second_order.h"

namespace compiler::migrate::impact {
namespace {

bool is_name_part(char c) {
  return base::is_letter(c) || base::is_digit(c) || c == '_' || c == ':';
}

/// Past the string that begins at `at`.
size_t past_string(std::string_view text, size_t at) {
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != quote; ++at)
    if (text[at] == '\\' && quote != '`') ++at;
  return std::min(at + 1, text.size());
}

/// A pair of brackets that is open.
struct Open {
  bool is_absence = false;   ///< absent(
  bool is_excluded = false;  ///< behind `unless`
};

}  // namespace

Reading reading_at(std::string_view query, size_t at) {
  std::vector<Open> open(1);
  std::string_view word;
  for (size_t i = 0; i < std::min(at, query.size());) {
    const char c = query[i];
    if (c == '"' || c == '\'' || c == '`') {
      i = past_string(query, i);
    } else if (c == '#') {
      i = std::min(query.find('\n', i), query.size());
    } else if (is_name_part(c)) {
      const size_t begin = i;
      while (i < query.size() && is_name_part(query[i])) ++i;
      word = query.substr(begin, i - begin);
      if (word == "unless") open.back().is_excluded = true;
      if (word == "and" || word == "or") open.back().is_excluded = false;
      continue;
    } else {
      if (c == '(') open.push_back({word == "absent" || word == "absent_over_time", false});
      if (c == ')' && open.size() > 1) open.pop_back();
      if (c == ',') open.back().is_excluded = false;
      ++i;
    }
    if (c != ' ' && c != '\n' && c != '\t') word = {};
  }
  for (auto one = open.rbegin(); one != open.rend(); ++one) {
    if (one->is_excluded) return Reading::excluded;
    if (one->is_absence) return Reading::absent;
  }
  return Reading::shown;
}

Verdict read_as(Reading reading, Verdict verdict) {
  if (reading == Reading::shown) return verdict;
  if (verdict == Verdict::empty || verdict == Verdict::narrows) return Verdict::widens;
  return reading == Reading::excluded && verdict == Verdict::widens ? Verdict::narrows : verdict;
}

std::string_view reading_sentence(Reading reading, Verdict verdict) {
  if (reading == Reading::absent) {
    if (verdict == Verdict::empty) return "absent() gives 1 from now on: what it watches is gone. ";
    if (verdict == Verdict::narrows)
      return "absent() gives 1 when the rest is silent: a part of what it watches is gone. ";
    if (verdict == Verdict::widens)
      return "absent() is kept quiet by series that it did not watch before. ";
  }
  if (reading == Reading::excluded) {
    if (verdict == Verdict::empty || verdict == Verdict::narrows)
      return "`unless` excludes less than before. ";
    if (verdict == Verdict::widens) return "`unless` excludes more than before. ";
  }
  return {};
}

}  // namespace compiler::migrate::impact
