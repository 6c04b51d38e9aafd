#include <algorithm>

#include "base/text.h"
#include "compiler/emit/run.h"

/// Comments that accept a warning, on its line or right above:
///
///     # cfgc: allow F033 the unit comes with the next release        YAML, Jinja in {# #}
///     // cfgc: allow C034, C036 an isolated network                  River
namespace compiler::emit {

using river::diag::Diagnostic;
using river::diag::Diagnostics;
using river::diag::SourceFile;
using river::diag::SourceMap;

namespace {

constexpr std::string_view kMark = "cfgc: allow ";
constexpr size_t kLinesAboveMax = 20;

bool is_comment(std::string_view line) {
  line = base::trimmed(line);
  return line.starts_with('#') || line.starts_with("//") || line.starts_with("/*") ||
         line.starts_with("{#");
}

enum class Answer { silent, without_reason, accepted };

/// What a line's comment says of a code.
Answer answer_of(std::string_view line, std::string_view code) {
  const size_t mark = line.find(kMark);
  if (mark == line.npos || line.substr(0, mark).find_first_of("#/") == line.npos)
    return Answer::silent;
  std::string_view rest = line.substr(mark + kMark.size());
  bool is_named = false;
  for (bool goes_on = true; goes_on;) {
    rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
    const size_t end = std::min(rest.find_first_of(", "), rest.size());
    is_named = is_named || rest.substr(0, end) == code;
    goes_on = end < rest.size() && rest[end] == ',';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!is_named) return Answer::silent;
  for (const std::string_view end : {"#}", "*/"})
    if (const size_t at = rest.find(end); at != rest.npos) rest = rest.substr(0, at);
  return base::trimmed(rest).empty() ? Answer::without_reason : Answer::accepted;
}

/// The line of a finding and the comments right above it.
Answer answer_at(const SourceFile& file, uint32_t offset, std::string_view code) {
  uint32_t number = file.line_of(offset - file.base);
  Answer answer = answer_of(file.line(number), code);
  for (size_t i = 0; answer == Answer::silent && number > 1 && i < kLinesAboveMax; ++i) {
    const std::string_view above = file.line(--number);
    if (!is_comment(above)) break;
    answer = answer_of(above, code);
  }
  return answer;
}

}  // namespace

size_t remove_accepted(const SourceMap& sources, Diagnostics& diagnostics) {
  Diagnostics kept;
  size_t accepted = 0;
  for (const Diagnostic& one : diagnostics.items()) {
    const river::diag::Span place = sources.written(one.span);
    const SourceFile* file = place.known() ? sources.file(place.begin) : nullptr;
    const bool may_be = one.severity == river::diag::Severity::warning && file != nullptr;
    const Answer answer = may_be ? answer_at(*file, place.begin, one.code) : Answer::silent;
    accepted += answer == Answer::accepted ? 1 : 0;
    if (answer == Answer::accepted) continue;
    Diagnostic& copy = kept.add(one);
    if (answer == Answer::without_reason)
      copy.help +=
          (copy.help.empty() ? "" : "; ") +
          fmt::format("the comment that allows it has no reason: cfgc: allow {} REASON", one.code);
  }
  diagnostics = std::move(kept);
  return accepted;
}

}  // namespace compiler::emit
