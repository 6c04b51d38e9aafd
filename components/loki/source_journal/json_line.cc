#include "components/loki/source_journal/json_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "telemetry/text.h"

namespace components::loki::source_journal {
namespace {

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    size_t size = 1;
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
      append_escape(out, c);
    } else if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
    } else {
      const telemetry::Utf8Char character = telemetry::first_utf8(text);
      size = character.size;
      if (character.valid)
        out.append(text.substr(0, size));
      else
        out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(size);
  }
  out += '"';
}

}  // namespace

void append_json_line(std::string& out, const EntryFields& fields) {
  std::vector<const telemetry::Label*> sorted;
  sorted.reserve(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) sorted.push_back(&fields.at(i));
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  out += '{';
  for (const telemetry::Label* field : sorted) {
    if (out.back() != '{') out += ',';
    append_json_string(out, field->first);
    out += ':';
    append_json_string(out, field->second);
  }
  out += '}';
}

}  // namespace components::loki::source_journal
