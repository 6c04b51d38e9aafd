#include "components/loki/source_syslog/parse_rfc5424.h"

#include <cstring>

namespace components::loki::source_syslog {
namespace {

void skip_spaces(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && rest[at] == ' ') ++at;
  rest.remove_prefix(at);
}

/// 1*3DIGIT followed by a space.
bool take_version(std::string_view& rest) {
  size_t at = 0;
  while (at < rest.size() && at < 3 && rest[at] >= '0' && rest[at] <= '9') ++at;
  if (at == 0 || rest[0] == '0' || at >= rest.size() || rest[at] != ' ') return false;
  rest.remove_prefix(at + 1);
  return true;
}

/// Text up to the next space; "-" gives an empty one.
std::string_view take_field(std::string_view& rest) {
  if (!rest.empty() && rest.front() == ' ') skip_spaces(rest);
  const void* space = rest.empty() ? nullptr : std::memchr(rest.data(), ' ', rest.size());
  const size_t size =
      space ? static_cast<size_t>(static_cast<const char*>(space) - rest.data()) : rest.size();
  const std::string_view field = rest.substr(0, size);
  rest.remove_prefix(space ? size + 1 : size);
  return field == "-" ? std::string_view() : field;
}

/// Size of 1*SD-ELEMENT at the start of `rest`; 0 when it is not closed.
size_t structured_data_size(std::string_view rest) {
  size_t at = 0;
  while (at < rest.size() && rest[at] == '[') {
    bool quoted = false;
    for (++at;; ++at) {
      if (at >= rest.size()) return 0;
      if (quoted && rest[at] == '\\') {
        ++at;
      } else if (rest[at] == '"') {
        quoted = !quoted;
      } else if (rest[at] == ']' && !quoted) {
        break;
      }
    }
    ++at;
  }
  return at;
}

}  // namespace

bool looks_like_rfc5424(std::string_view bytes) {
  return take_priority(bytes) >= 0 && take_version(bytes);
}

bool parse_rfc5424(std::string_view bytes, Message& message) {
  message.priority = take_priority(bytes);
  if (message.priority < 0 || !take_version(bytes)) return false;
  message.timestamp = take_field(bytes);
  message.hostname = take_field(bytes);
  message.app_name = take_field(bytes);
  message.proc_id = take_field(bytes);
  message.msg_id = take_field(bytes);
  skip_spaces(bytes);
  message.structured_data = {};
  if (bytes.starts_with('[')) {
    const size_t size = structured_data_size(bytes);
    if (size == 0) return false;
    message.structured_data = bytes.substr(0, size);
    bytes.remove_prefix(size);
  } else if (bytes == "-" || bytes.starts_with("- ")) {
    bytes.remove_prefix(1);
  }
  if (bytes.starts_with(' ')) bytes.remove_prefix(1);
  message.text = bytes;
  return true;
}

bool each_parameter(
    std::string_view data,
    const std::function<void(std::string_view, std::string_view, std::string_view)>& take) {
  while (!data.empty()) {
    const size_t size = structured_data_size(data);
    if (size == 0) return false;
    std::string_view rest = data.substr(1);
    const size_t id_end = rest.find_first_of(" ]");
    const std::string_view id = rest.substr(0, id_end);
    rest.remove_prefix(id_end);
    while (rest.starts_with(' ')) {
      skip_spaces(rest);
      if (rest.starts_with(']')) break;
      const size_t equals = rest.find("=\"");
      if (equals == rest.npos) return false;
      const std::string_view name = rest.substr(0, equals);
      rest.remove_prefix(equals + 2);
      size_t end = 0;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      if (end >= rest.size()) return false;
      take(id, name, rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    if (!rest.starts_with(']')) return false;
    data = rest.substr(1);
  }
  return true;
}

std::string unescaped_parameter(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    const bool escape = value[i] == '\\' && i + 1 < value.size() &&
                        (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']');
    if (escape) ++i;
    out += value[i];
  }
  return out;
}

}  // namespace components::loki::source_syslog
