#include "logql/quote.h"

#include <fmt/format.h>

#include <algorithm>

#include "logql/variable.h"
#include "river/text.h"

namespace logql {
namespace {

/// One character between double quotes. `all` also writes in code what could make a variable.
void append_escaped(char c, bool all, std::string& out) {
  constexpr std::string_view kLetters = "nrt\"\\";
  constexpr std::string_view kMeanings = "\n\r\t\"\\";
  const auto byte = static_cast<unsigned char>(c);
  if (const size_t i = kMeanings.find(c); i != std::string_view::npos) {
    out.push_back('\\');
    out.push_back(kLetters[i]);
  } else if (byte < 0x20 || byte == 0x7f || all) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
  } else {
    out.push_back(c);
  }
}

bool backquote_is_better(std::string_view text) {
  bool saves = false;
  for (const char c : text) {
    if (c == '`' || c == '\r' || c == '\x7f') return false;
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') return false;
    saves = saves || c == '"' || c == '\\' || c == '\n';
  }
  return saves;
}

/// Double quotes, the variables as they were written and nothing else that reads like one.
std::string with_variables(const Text& text, bool careful) {
  std::string out = "\"";
  size_t at = 0;
  const auto literal = [&](size_t end) {
    const size_t start = at;
    for (; at < end; ++at) {
      const char c = text.value[at];
      const bool joins = at == start && start > 0;
      append_escaped(c, careful && (joins || c == '$' || c == '['), out);
    }
  };
  for (const Variable& variable : text.variables) {
    literal(variable.in_value);
    out += variable.written;
    at = variable.in_value + variable.written.size();
  }
  literal(text.value.size());
  out.push_back('"');
  return out;
}

bool same_variables(std::string_view written, const std::vector<Variable>& wanted) {
  const std::vector<Variable> found = find_variables(written, 0);
  return std::equal(found.begin(), found.end(), wanted.begin(), wanted.end(),
                    [](const Variable& a, const Variable& b) { return a.written == b.written; });
}

}  // namespace

std::optional<ParseError> unquote(std::string_view quoted, uint32_t base, Text& result) {
  const char quote = quoted.front();
  result.span = {base, base + static_cast<uint32_t>(quoted.size())};
  result.quotes = quote == '`' ? Quotes::backquotes : Quotes::double_quotes;
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  result.variables = find_variables(inner, base + 1);
  result.value.reserve(inner.size());
  size_t next = 0;
  for (size_t at = 0; at < inner.size();) {
    if (next < result.variables.size() && result.variables[next].in_value == at) {
      Variable& variable = result.variables[next++];
      variable.in_value = static_cast<uint32_t>(result.value.size());
      result.value += variable.written;
      at += variable.written.size();
    } else if (inner[at] == '\\' && quote != '`') {
      const size_t length = river::read_escape(inner.substr(at), quote, result.value);
      const uint32_t place = base + 1 + static_cast<uint32_t>(at);
      if (length == 0) {
        return ParseError{{place, place + 2},
                          "unknown escape sequence; write \\\\ for a backslash, or use backquotes"};
      }
      at += length;
    } else {
      // Go drops carriage returns out of raw strings.
      if (quote != '`' || inner[at] != '\r') result.value.push_back(inner[at]);
      ++at;
    }
  }
  return std::nullopt;
}

std::string quote(std::string_view text) {
  if (backquote_is_better(text)) return fmt::format("`{}`", text);
  std::string out = "\"";
  for (const char c : text) append_escaped(c, false, out);
  out.push_back('"');
  return out;
}

std::string quoted(const Text& text) {
  const bool keeps_quotes = text.quotes == Quotes::backquotes && !text.variables.empty();
  std::string plain = keeps_quotes             ? fmt::format("`{}`", text.value)
                      : text.variables.empty() ? quote(text.value)
                                               : with_variables(text, false);
  if (same_variables(std::string_view(plain).substr(1, plain.size() - 2), text.variables)) {
    return plain;
  }
  return with_variables(text, true);
}

}  // namespace logql
