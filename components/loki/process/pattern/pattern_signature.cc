#include "components/loki/process/pattern/pattern_signature.h"

#include <algorithm>

namespace components::loki::process::pattern {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// capture = "<" letter { letter | digit } ">" .
/// The name of the capture at the front of the text; empty when there is none.
std::string_view capture_name(std::string_view text) {
  size_t at = 1;
  if (text.size() < 3 || text[0] != '<' || !is_letter(text[1])) return {};
  while (at < text.size() && (is_letter(text[at]) || (text[at] >= '0' && text[at] <= '9'))) ++at;
  return at < text.size() && text[at] == '>' ? text.substr(1, at - 1) : std::string_view();
}

}  // namespace

base::Result<Pattern> Pattern::parse(std::string_view text) {
  Pattern out;
  std::string* literal = &out.first_;
  while (!text.empty()) {
    const std::string_view name = capture_name(text);
    if (name.empty()) {
      *literal += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (!out.captures_.empty() && literal->empty())
      return base::fail("there is no text in front of <{}> that ends the capture before it", name);
    if (name != "_") {
      if (std::find(out.names_.begin(), out.names_.end(), name) != out.names_.end())
        return base::fail("<{}> is captured twice", name);
      out.names_.emplace_back(name);
    }
    literal = &out.captures_.emplace_back(Capture{name != "_", {}}).behind;
    text.remove_prefix(name.size() + 2);
  }
  if (out.names_.empty()) return base::fail("there is no capture such as <name>");
  return out;
}

bool Pattern::match(std::string_view text, std::vector<std::string_view>& captures) const {
  captures.assign(names_.size(), {});
  if (text.empty() || !text.starts_with(first_)) return false;
  text.remove_prefix(first_.size());
  size_t next = 0;
  for (const Capture& capture : captures_) {
    const size_t end = capture.behind.empty() ? std::string_view::npos : text.find(capture.behind);
    if (capture.is_named) captures[next++] = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + capture.behind.size());
  }
  return next > 0;
}

}  // namespace components::loki::process::pattern
