#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "river/diag/render.h"

namespace river::diag {
namespace {

using Json = nlohmann::ordered_json;

struct Range {
  Position first;
  Position behind;
};

Range range_of(Span span, const SourceMap& sources) {
  if (!span.known()) return {};
  return {sources.position(span.begin), sources.position(span.end)};
}

void add_place(Json& json, Span span, const SourceMap& sources) {
  const auto [first, behind] = range_of(span, sources);
  if (first.line == 0) return;
  json["file"] = first.file;
  json["line"] = first.line;
  json["column"] = first.column;
  json["end_line"] = behind.line;
  json["end_column"] = behind.column;
}

// A column in code points for one in bytes.
uint32_t in_code_points(Position at, uint32_t offset, const SourceMap& sources) {
  const auto before = sources.text({offset - (at.column - 1), offset});
  const auto continuations = std::count_if(before.begin(), before.end(), [](char byte) {
    return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
  });
  return at.column - static_cast<uint32_t>(continuations);
}

// A file name as a URI reference: what RFC 3986 allows in a path stays.
std::string as_uri(std::string_view name) {
  constexpr std::string_view kKept = "/-._~!$&'()*+,;=@";
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    out += plain || kKept.find(c) != kKept.npos ? std::string(1, c)
                                                : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return out;
}

Json sarif_location(Span span, const SourceMap& sources) {
  const auto [first, behind] = range_of(span, sources);
  Json region = {{"startLine", first.line},
                 {"startColumn", in_code_points(first, span.begin, sources)},
                 {"endLine", behind.line},
                 {"endColumn", in_code_points(behind, span.end, sources)}};
  return {{"physicalLocation",
           {{"artifactLocation", {{"uri", as_uri(first.file)}}}, {"region", std::move(region)}}}};
}

Json sarif_result(const Diagnostic& item, const SourceMap& sources) {
  const std::string help = item.help.empty() ? "" : "\nhelp: " + item.help;
  Json result = {{"ruleId", item.code},
                 {"level", severity_name(item.severity)},
                 {"message", {{"text", item.message + help}}}};
  if (range_of(item.span, sources).first.line != 0) {
    result["locations"] = Json::array({sarif_location(item.span, sources)});
  }
  for (const Note& note : item.notes) {
    if (range_of(note.span, sources).first.line == 0) continue;
    Json related = sarif_location(note.span, sources);
    related["message"] = {{"text", note.message}};
    result["relatedLocations"].push_back(std::move(related));
  }
  return result;
}

// A value of a workflow command; properties also keep their separators out.
std::string escaped(std::string_view text, bool property) {
  const std::string_view special = property ? "%\r\n:," : "%\r\n";
  std::string out;
  for (const char c : text) {
    out += special.find(c) == special.npos ? std::string(1, c)
                                           : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return out;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

std::string render_json(const Diagnostics& diagnostics, const SourceMap& sources) {
  std::string out;
  for (const Diagnostic& item : diagnostics.items()) {
    Json json = {
        {"severity", severity_name(item.severity)}, {"code", item.code}, {"message", item.message}};
    add_place(json, item.span, sources);
    for (const Note& note : item.notes) {
      Json note_json = {{"message", note.message}};
      add_place(note_json, note.span, sources);
      json["notes"].push_back(std::move(note_json));
    }
    if (!item.help.empty()) json["help"] = item.help;
    out.append(base::json_text(json)).append("\n");
  }
  return out;
}

std::string render_sarif(const Diagnostics& diagnostics, const SourceMap& sources) {
  std::set<std::string_view> codes;
  Json results = Json::array(), rules = Json::array();
  for (const Diagnostic& item : diagnostics.items()) {
    codes.insert(item.code);
    results.push_back(sarif_result(item, sources));
  }
  for (const auto code : codes) rules.push_back({{"id", code}});
  const Json log = {
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs", Json::array({{{"tool", {{"driver", {{"name", "cfgc"}, {"rules", rules}}}}},
                             {"columnKind", "unicodeCodePoints"},
                             {"results", results}}})}};
  return base::json_text(log, 2) + '\n';
}

std::string render_github(const Diagnostics& diagnostics, const SourceMap& sources) {
  std::string out;
  for (const Diagnostic& item : diagnostics.items()) {
    out += fmt::format("::{} ", severity_name(item.severity));
    const auto [first, behind] = range_of(item.span, sources);
    if (first.line != 0) {
      out += fmt::format("file={},line={},endLine={},", escaped(visible_line(first.file), true),
                         first.line, behind.line);
      // GitHub takes columns only within one line.
      if (first.line == behind.line) {
        out += fmt::format("col={},endColumn={},", first.column, behind.column);
      }
    }
    const std::string help = item.help.empty() ? "" : "\nhelp: " + item.help;
    out += fmt::format("title={}::{}\n", item.code, escaped(visible(item.message + help), false));
  }
  return out;
}

}  // namespace river::diag
