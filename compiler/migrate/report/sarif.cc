#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "base/text.h"
#include "compiler/migrate/report/formats.h"
#include "compiler/migrate/report/json_writer.h"

namespace compiler::migrate::report {
namespace {

constexpr std::string_view kUnrecognised = "UNRECOGNISED";

/// A rule for each verdict, and one for what was not read as anything.
struct Rule {
  std::string_view id;
  std::string_view what;
};
constexpr Rule kRules[] = {
    {"EMPTY", "After the move nothing is found any more."},
    {"WIDENS", "After the move more is found than before."},
    {"NARROWS", "After the move less is found than before."},
    {"VALUE-CHANGED", "After the move a label has another value."},
    {"UNKNOWN", "What the move does to this could not be decided."},
    {kUnrecognised, "A part of a document that may depend on labels and was not understood."},
};

std::string_view level_of(const Row& row) {
  switch (row.finding.verdict) {
    case impact::Verdict::empty:
    case impact::Verdict::widens:
      return row.use.is_alert ? "error" : "warning";
    case impact::Verdict::narrows:
    case impact::Verdict::value_changed:
      return "warning";
    case impact::Verdict::unknown:
    case impact::Verdict::same:
      return "note";
  }
  return "none";
}

// A file name as a URI reference: what RFC 3986 allows in a path stays.
std::string as_uri(std::string_view name) {
  constexpr std::string_view kKept = "/-._~!$&'()*+,;=@";
  std::string out;
  for (const char c : name) {
    const bool plain = base::is_digit(c) || base::is_letter(c);
    if (plain || kKept.find(c) != kKept.npos)
      out += c;
    else
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<uint8_t>(c));
  }
  return out;
}

/// Turns columns in bytes into columns in code points; knows where each line of a document begins.
class Columns {
 public:
  uint32_t in_code_points(const documents::Document& document, uint32_t line, uint32_t column) {
    const std::vector<uint32_t>& starts = starts_of(document);
    if (line == 0 || line > starts.size() || column == 0) return std::max(column, 1u);
    const std::string_view rest = std::string_view(document.text).substr(starts[line - 1]);
    const std::string_view before = rest.substr(0, column - 1);
    return column - static_cast<uint32_t>(std::count_if(before.begin(), before.end(), [](char c) {
             return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
           }));
  }

 private:
  const std::vector<uint32_t>& starts_of(const documents::Document& document) {
    std::vector<uint32_t>& starts = starts_[&document];
    if (!starts.empty()) return starts;
    starts.push_back(0);
    for (size_t at = document.text.find('\n'); at != std::string::npos;
         at = document.text.find('\n', at + 1))
      starts.push_back(static_cast<uint32_t>(at + 1));
    return starts;
  }

  std::unordered_map<const documents::Document*, std::vector<uint32_t>> starts_;
};

void put_message(JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  json.begin_object();
  json.member("text", text);
  json.end_object();
}

void put_artifact(JsonWriter& json, const documents::Document& document) {
  json.key("artifactLocation");
  json.begin_object();
  json.member("uri", as_uri(document.path));
  json.end_object();
}

/// Where something stands: in a file, and in a dashboard or a group of rules.
struct Place {
  const documents::Document& document;
  uint32_t line;
  uint32_t column;
  const std::vector<std::string>& title;
};

void put_locations(JsonWriter& json, Columns& columns, const Place& place) {
  json.key("locations");
  json.begin_array();
  json.begin_object();
  json.key("physicalLocation");
  json.begin_object();
  put_artifact(json, place.document);
  if (place.line != 0) {
    json.key("region");
    json.begin_object();
    json.member("startLine", place.line);
    json.member("startColumn", columns.in_code_points(place.document, place.line, place.column));
    json.end_object();
  }
  json.end_object();
  if (!place.title.empty()) {
    json.key("logicalLocations");
    json.begin_array();
    json.begin_object();
    json.member("fullyQualifiedName", joined(place.title, " > "));
    json.member("kind", place.document.kind);
    json.end_object();
    json.end_array();
  }
  json.end_object();
  json.end_array();
}

void put_fix(JsonWriter& json, const documents::Document& document,
             const impact::Proposal& proposal) {
  json.key("fixes");
  json.begin_array();
  json.begin_object();
  put_message(json, "description", proposal.text);
  json.key("artifactChanges");
  json.begin_array();
  json.begin_object();
  put_artifact(json, document);
  json.key("replacements");
  json.array(proposal.edits, [&](const documents::FileEdit& edit) {
    json.begin_object();
    json.key("deletedRegion");
    json.begin_object();
    json.member("byteOffset", edit.begin);
    json.member("byteLength", edit.end - edit.begin);
    json.end_object();
    put_message(json, "insertedContent", edit.text);
    json.end_object();
  });
  json.end_object();
  json.end_array();
  json.end_object();
  json.end_array();
}

void put_result(JsonWriter& json, Columns& columns, const Row& row) {
  const auto& [finding, document, use, comparison] = row;
  json.begin_object();
  json.member("ruleId", name(finding.verdict));
  json.member("level", level_of(row));
  put_message(json, "message",
              finding.reason +
                  (finding.proposal ? "\nproposed: " + finding.proposal->text : std::string()));
  put_locations(json, columns, {document, use.line, use.column, use.title});
  if (finding.proposal && !finding.proposal->edits.empty())
    put_fix(json, document, *finding.proposal);
  json.key("properties");
  json.begin_object();
  json.member("pointer", use.pointer);
  json.member("alert", use.is_alert);
  json.member("confidence", name(finding.confidence));
  json.member("services", finding.services);
  json.member("query", use.text.text());
  if (comparison != nullptr) json.member("verified", comparison_text(*comparison));
  json.end_object();
  json.end_object();
}

void put_unrecognised(JsonWriter& json, Columns& columns, const documents::Document& document,
                      const documents::Unrecognised& item) {
  json.begin_object();
  json.member("ruleId", kUnrecognised);
  json.member("level", "note");
  put_message(json, "message", item.what);
  put_locations(json, columns, {document, item.line, item.column, item.title});
  json.key("properties");
  json.begin_object();
  json.member("pointer", item.pointer);
  json.end_object();
  json.end_object();
}

void put_tool(JsonWriter& json) {
  json.key("tool");
  json.begin_object();
  json.key("driver");
  json.begin_object();
  json.member("name", "cfgc");
  json.key("rules");
  json.array(kRules, [&](const Rule& rule) {
    json.begin_object();
    json.member("id", rule.id);
    put_message(json, "shortDescription", rule.what);
    json.end_object();
  });
  json.end_object();
  json.end_object();
}

void put_invocation(JsonWriter& json, const Report& report) {
  json.key("invocations");
  json.begin_array();
  json.begin_object();
  json.member("executionSuccessful", report.io_errors.empty());
  json.member("exitCode", exit_code(report));
  json.key("toolExecutionNotifications");
  json.array(report.io_errors, [&](const base::Error& error) {
    json.begin_object();
    json.member("level", "error");
    put_message(json, "message", error.message);
    json.end_object();
  });
  json.end_object();
  json.end_array();
}

void put_results(JsonWriter& json, const Report& report) {
  Columns columns;
  json.key("results");
  json.begin_array();
  for (const impact::Finding* finding : in_order(report))
    put_result(json, columns, row_of(report, *finding));
  for (const documents::Document& document : report.documents)
    for (const documents::Unrecognised& item : document.unrecognised)
      put_unrecognised(json, columns, document, item);
  json.end_array();
}

}  // namespace

std::string render_sarif(const Report& report) {
  JsonWriter json;
  json.begin_object();
  json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.member("version", "2.1.0");
  json.key("runs");
  json.begin_array();
  json.begin_object();
  put_tool(json);
  json.member("columnKind", "unicodeCodePoints");
  put_invocation(json, report);
  put_results(json, report);
  json.end_object();
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace compiler::migrate::report
