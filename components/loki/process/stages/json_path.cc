#include "components/loki/process/stages/json_path.h"

#include <charconv>

namespace components::loki::process::stages {
namespace {

bool is_name_char(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return letter || (!first && c >= '0' && c <= '9');
}

// key = name | `"` { char | `\` char } `"` .
bool take_key(std::string_view& text, std::string& key) {
  if (text.starts_with('"')) {
    for (size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '"') {
        text.remove_prefix(i + 1);
        return true;
      }
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      key += text[i];
    }
    return false;
  }
  size_t size = 0;
  while (size < text.size() && is_name_char(text[size], size == 0)) ++size;
  key = text.substr(0, size);
  text.remove_prefix(size);
  return size > 0;
}

// index = "[" digits "]" .
bool take_index(std::string_view& text, int& index) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, index);
  if (error != std::errc{} || index < 0 || stop == end || *stop != ']') return false;
  text.remove_prefix(static_cast<size_t>(stop + 1 - text.data()));
  return true;
}

}  // namespace

// path = ( key | index ) { "." key | index } .
base::Result<JsonPath> parse_json_path(std::string_view text) {
  JsonPath path;
  std::string_view rest = text;
  while (path.empty() || !rest.empty()) {
    JsonStep step;
    bool ok = true;
    if (rest.starts_with('[')) {
      ok = take_index(rest, step.index);
    } else {
      if (!path.empty()) ok = rest.starts_with('.');
      if (ok && !path.empty()) rest.remove_prefix(1);
      ok = ok && take_key(rest, step.key);
    }
    if (!ok)
      return base::fail(
          "\"{}\" is not a path of keys and indexes, such as a.b or list[0]: "
          "stopped at character {} (put other keys in quotes)",
          text, text.size() - rest.size() + 1);
    path.push_back(std::move(step));
  }
  return path;
}

}  // namespace components::loki::process::stages
