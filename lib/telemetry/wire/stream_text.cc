#include "telemetry/text.h"
#include "telemetry/wire/loki_push.h"

namespace telemetry::wire {
namespace {

void skip_space(std::string_view& text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
}

bool take(std::string_view& text, char wanted) {
  skip_space(text);
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_name(std::string_view& text) {
  skip_space(text);
  size_t size = 0;
  while (size < text.size() && is_label_name(text.substr(0, size + 1))) ++size;
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

}  // namespace

// labels = "{" [ pair { "," pair } [ "," ] ] "}" .   pair = name "=" string .
base::Result<Labels> parse_stream_text(std::string_view text) {
  const auto malformed = [whole = text](std::string_view rest) {
    return base::fail("labels {}: unexpected text at byte {}", whole.substr(0, 200),
                      whole.size() - rest.size());
  };
  std::vector<Label> labels;
  if (!take(text, '{')) return malformed(text);
  while (!take(text, '}')) {
    const std::string_view name = take_name(text);
    if (name.empty() || !take(text, '=')) return malformed(text);
    skip_space(text);
    auto value = take_quoted(text);
    if (!value) return malformed(text);
    labels.emplace_back(name, std::move(*value));
    if (take(text, ',')) continue;
    if (!take(text, '}')) return malformed(text);
    break;
  }
  skip_space(text);
  if (!text.empty()) return malformed(text);
  return Labels(std::move(labels));
}

}  // namespace telemetry::wire
