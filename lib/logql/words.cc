#include "logql/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "logql/lexer.h"
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

namespace {

bool is_hex(char c) {
  return base::is_digit(c) || (small(c) >= 'a' && small(c) <= 'f');
}

/// Takes digits, with single underscores between them. Gives whether there were any.
bool take_digits(std::string_view& text, bool (*is)(char)) {
  size_t end = 0;
  while (end < text.size() && (is(text[end]) || (end > 0 && text[end] == '_' &&
                                                 text[end - 1] != '_' && end + 1 < text.size()))) {
    ++end;
  }
  text.remove_prefix(end);
  return end > 0;
}
bool decimal(char c) {
  return base::is_digit(c);
}

bool take_one_of(std::string_view& text, std::string_view letters) {
  if (text.empty() || letters.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// digits [ "." [ digits ] ] | "." digits
bool take_decimal(std::string_view& text) {
  const bool whole = take_digits(text, decimal);
  const bool point = take_one_of(text, ".");
  const bool fraction = point && take_digits(text, decimal);
  return whole || fraction;
}

bool is_number(std::string_view text) {
  if (is_keyword(text, "inf") || is_keyword(text, "nan")) return true;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) {
    text.remove_prefix(2);
    if (!take_digits(text, is_hex)) return false;
  } else if (!take_decimal(text)) {
    return false;
  }
  if (take_one_of(text, hex ? "pP" : "eE")) {
    take_one_of(text, "+-");
    if (!take_digits(text, decimal)) return false;
  }
  return text.empty();
}

/// { decimal unit }
bool is_duration(std::string_view text) {
  // Longer units come before those they begin with.
  constexpr std::string_view kUnits[] = {"ns", "us", "µs", "μs", "ms", "s",
                                         "m",  "h",  "d",  "w",  "y"};
  while (!text.empty()) {
    if (!take_decimal(text)) return false;
    const auto* unit = std::ranges::find_if(
        kUnits, [&](std::string_view candidate) { return text.starts_with(candidate); });
    if (unit == std::end(kUnits)) return false;
    text.remove_prefix(unit->size());
  }
  return true;
}

/// decimal [ "k" | "m" | "g" | "t" | "p" | "e" ] [ "i" ] [ "b" ], in letters of any size
bool is_bytes(std::string_view text) {
  if (!take_decimal(text)) return false;
  if (is_keyword(text, "b")) return true;
  if (!take_one_of(text, "kmgtpeKMGTPE")) return false;
  take_one_of(text, "iI");
  return text.empty() || is_keyword(text, "b");
}

}  // namespace

Quantity quantity(std::string_view word) {
  if (word.empty()) return Quantity::none;
  if (is_number(word)) return Quantity::number;
  if (is_duration(word)) return Quantity::duration;
  return is_bytes(word) ? Quantity::bytes : Quantity::none;
}

namespace {

size_t name_end(std::string_view text, size_t at) {
  if (at >= text.size() || base::is_digit(text[at])) return at;
  while (at < text.size() && base::is_word(text[at])) ++at;
  return at;
}

/// A field or a format: what cannot end a string or the braces around it.
size_t detail_end(std::string_view text, size_t at, std::string_view stops) {
  while (at < text.size() && text[at] >= ' ' && text[at] != '\x7f' &&
         stops.find(text[at]) == std::string_view::npos) {
    ++at;
  }
  return at;
}

/// "${" name [ "." field ] [ ":" format ] "}"
size_t braced_length(std::string_view text, size_t at) {
  size_t end = name_end(text, at + 2);
  if (end == at + 2 || end >= text.size()) return 0;
  if (text[end] == '.') end = detail_end(text, end + 1, "\"'`\\{}:");
  if (end < text.size() && text[end] == ':') end = detail_end(text, end + 1, "\"'`\\{}");
  return end < text.size() && text[end] == '}' ? end + 1 - at : 0;
}

/// "[[" name [ ":" format ] "]]"
size_t bracketed_length(std::string_view text, size_t at) {
  size_t end = name_end(text, at + 2);
  if (end == at + 2) return 0;
  if (end < text.size() && text[end] == ':') {
    const size_t format = end + 1;
    end = name_end(text, format);
    if (end == format) return 0;
  }
  return text.substr(end, 2) == "]]" ? end + 2 - at : 0;
}

}  // namespace

size_t variable_length(std::string_view text, size_t at) {
  const std::string_view start = text.substr(at, 2);
  if (start.size() < 2) return 0;
  if (start == "${") return braced_length(text, at);
  if (start == "[[") return bracketed_length(text, at);
  return start[0] == '$' ? (name_end(text, at + 1) == at + 1 ? 0 : name_end(text, at + 1) - at) : 0;
}

Variable read_variable(std::string_view text, size_t at, size_t length, uint32_t base) {
  Variable result;
  const std::string_view written = text.substr(at, length);
  result.written = written;
  result.in_value = static_cast<uint32_t>(at);
  result.span.begin = base + static_cast<uint32_t>(at);
  result.span.end = result.span.begin + static_cast<uint32_t>(length);
  const bool plain = written[0] == '$' && written[1] != '{';
  std::string_view inner = plain ? written.substr(1) : written.substr(2);
  if (!plain) inner.remove_suffix(written[0] == '$' ? 1 : 2);
  const size_t end = name_end(inner, 0);
  result.name = inner.substr(0, end);
  inner.remove_prefix(end);
  if (inner.starts_with('.')) {
    const size_t colon = std::min(inner.find(':'), inner.size());
    result.field = inner.substr(1, colon - 1);
    inner.remove_prefix(colon);
  }
  if (inner.starts_with(':')) result.format = inner.substr(1);
  return result;
}

bool only_variables(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = variable_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return !text.empty();
}

std::vector<Variable> find_variables(std::string_view text, uint32_t base) {
  std::vector<Variable> result;
  size_t at = text.find_first_of("$[");
  while (at < text.size()) {
    const size_t length = variable_length(text, at);
    if (length > 0) result.push_back(read_variable(text, at, length, base));
    at = text.find_first_of("$[", at + std::max<size_t>(length, 1));
  }
  return result;
}

}  // namespace logql
