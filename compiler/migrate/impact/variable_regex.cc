#include "compiler/migrate/impact/variable_regex.h"

#include <fmt/format.h>

#include "base/text.h"

namespace compiler::migrate::impact {
namespace {

/// What RE2 and JavaScript read in two ways, or JavaScript alone does; empty: nothing.
std::string not_common(std::string_view pattern) {
  for (size_t at = 0; at < pattern.size(); ++at) {
    const auto rest = pattern.substr(at);
    if (rest.starts_with("(?") && !rest.starts_with("(?:")) return std::string(rest.substr(0, 4));
    if (rest.starts_with("[:")) return std::string(rest.substr(0, 2));
    if (rest[0] != '\\') continue;
    const char escape = rest.size() > 1 ? rest[1] : ' ';
    const bool is_known = std::string_view("dDwWsSbBtnrfv").find(escape) != std::string_view::npos;
    if (base::is_letter(escape) && !is_known) return std::string(rest.substr(0, 2));
    ++at;
  }
  return {};
}

}  // namespace

VariableRegex::VariableRegex(std::string_view text) {
  std::string pattern, flags;
  if (!text.starts_with('/')) {
    // As Grafana puts it: an alternative at the top is bound to one end alone.
    pattern = fmt::format("^{}$", text);
  } else if (const auto end = text.rfind('/'); end > 0) {
    pattern = text.substr(1, end - 1);
    flags = text.substr(end + 1);
  } else {
    error_ = "the slash at its end is missing";
  }
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_case_sensitive(flags.find('i') == std::string::npos);
  regex_ = std::make_unique<re2::RE2>(pattern, options);
  if (!error_.empty()) return;
  const auto other = not_common(pattern);
  if (!regex_->ok()) {
    error_ = regex_->error();
  } else if (!other.empty()) {
    error_ = fmt::format("{} is not read here", other);
  } else if (flags.find_first_not_of("gi") != std::string::npos ||
             (flags.find('g') != std::string::npos && renames())) {
    error_ = fmt::format("the flags {} are not read here", flags);
  }
}

std::optional<std::string> VariableRegex::offered(const std::string& value) const {
  if (!renames()) {
    if (re2::RE2::PartialMatch(value, *regex_)) return value;
    return std::nullopt;
  }
  std::string part;
  if (!re2::RE2::PartialMatch(value, *regex_, &part)) return std::nullopt;
  return part;
}

}  // namespace compiler::migrate::impact
