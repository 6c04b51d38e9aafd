#include <algorithm>

#include "base/text.h"
#include "components/otelcol/exporter_loki/record.h"

namespace components::otelcol::exporter_loki {
namespace {

constexpr bool ends_word(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}
constexpr bool is_special(char c) {
  return ends_word(c) || c == '=' || c == '"';
}

/// Takes a quoted value from the front.
bool take_quoted(std::string_view& text, std::string& value) {
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\') {
      static constexpr std::string_view kLetters = "\"\\nrt", kMeanings = "\"\\\n\r\t";
      const size_t found = text.size() > 1 ? kLetters.find(text[1]) : std::string_view::npos;
      if (found == std::string_view::npos) return false;
      value += kMeanings[found];
      text.remove_prefix(2);
    } else {
      value += text.front();
      text.remove_prefix(1);
    }
  }
  if (text.empty()) return false;
  text.remove_prefix(1);
  return text.empty() || ends_word(text.front());
}

std::string_view take_plain(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && !is_special(text[size])) ++size;
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

void append_value_quoted_if_needed(std::string& out, std::string_view value) {
  if (std::ranges::any_of(value, is_special) || value == "null")
    base::append_json_string(out, value);
  else
    out += value;
}

}  // namespace

// line = { blank } [ pair { blank { blank } pair } ] ; pair = key [ "=" [ quoted | plain ] ]
std::optional<LogfmtPairs> parse_logfmt(std::string_view text) {
  LogfmtPairs pairs;
  if (text.find('\n') != std::string_view::npos) return std::nullopt;
  for (;;) {
    while (!text.empty() && ends_word(text.front())) text.remove_prefix(1);
    if (text.empty()) return pairs;
    const std::string_view key = take_plain(text);
    if (key.empty()) return std::nullopt;
    auto& [name, value] = pairs.emplace_back(key, "");
    if (text.empty() || ends_word(text.front())) continue;
    if (text.front() == '"') return std::nullopt;
    text.remove_prefix(1);
    if (text.starts_with('"')) {
      if (!take_quoted(text, value)) return std::nullopt;
    } else {
      value = take_plain(text);
      if (!text.empty() && !ends_word(text.front())) return std::nullopt;
    }
  }
}

void append_logfmt(std::string& out, const LogfmtPairs& pairs) {
  bool is_first = true;
  for (const auto& [name, value] : pairs) {
    std::string key;
    std::ranges::copy_if(name, std::back_inserter(key), [](char c) { return !is_special(c); });
    if (key.empty()) continue;
    if (!is_first) out += ' ';
    is_first = false;
    out += key;
    out += '=';
    append_value_quoted_if_needed(out, value);
  }
}

}  // namespace components::otelcol::exporter_loki
