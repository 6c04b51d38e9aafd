#include <algorithm>
#include <optional>

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

/// What stands behind the mark of a comment; nullopt: the line has none.
std::optional<std::string_view> behind_mark(std::string_view line) {
  const size_t mark = line.find(kMark);
  if (mark == line.npos || line.substr(0, mark).find_first_of("#/") == line.npos)
    return std::nullopt;
  return line.substr(mark + kMark.size());
}

/// Takes the next code of "F033, F034 reason" from its front; empty: what follows is the reason.
std::string_view take_code(std::string_view& rest, bool& goes_on) {
  if (!goes_on) return {};
  rest = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
  const size_t end = std::min(rest.find_first_of(", "), rest.size());
  const std::string_view code = rest.substr(0, end);
  goes_on = end < rest.size() && rest[end] == ',';
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return code;
}

enum class Answer { silent, without_reason, accepted };

/// What a line's comment says of a code.
Answer answer_of(std::string_view line, std::string_view code) {
  const auto text = behind_mark(line);
  if (!text) return Answer::silent;
  std::string_view rest = *text;
  bool is_named = false;
  for (bool goes_on = true; goes_on;) is_named |= take_code(rest, goes_on) == code;
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

void report_unknown_codes(const SourceMap& sources, std::span<const std::string_view> codes,
                          Diagnostics& diagnostics) {
  const auto next_of = [&](const SourceFile& file) {
    return sources.file(file.base + static_cast<uint32_t>(file.text.size()) + 1);
  };
  for (const SourceFile* file = sources.file(1); file != nullptr; file = next_of(*file)) {
    const std::string_view text = file->text;
    for (size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at + 1)) {
      const std::string_view line = file->line(file->line_of(static_cast<uint32_t>(at)));
      const auto behind = behind_mark(line);
      if (!behind || !file->written_at.empty()) continue;
      std::string_view rest = *behind;
      for (bool goes_on = true; goes_on;) {
        const std::string_view code = take_code(rest, goes_on);
        if (std::find(codes.begin(), codes.end(), code) != codes.end()) continue;
        const auto begin = file->base + static_cast<uint32_t>(code.data() - text.data());
        auto& problem = diagnostics.warning(
            "F035", {begin, begin + std::max<uint32_t>(static_cast<uint32_t>(code.size()), 1)},
            "there is no code \"{}\" to allow", code);
        if (const auto near = river::diag::did_you_mean(code, codes); !near.empty())
          problem.with_help(fmt::format("did you mean {}?", near));
        else
          problem.with_help("cfgc: allow CODE REASON, such as cfgc: allow F033 not there yet");
      }
    }
  }
}

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
