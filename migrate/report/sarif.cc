#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "migrate/report/escape.h"
#include "migrate/report/formats.h"

namespace migrate {
namespace {

using Json = nlohmann::ordered_json;

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
    case Verdict::empty:
    case Verdict::widens:
      return row.use.is_alert ? "error" : "warning";
    case Verdict::narrows:
    case Verdict::value_changed:
      return "warning";
    case Verdict::unknown:
    case Verdict::same:
      return "note";
  }
  return "none";
}

// A file name as a URI reference: what RFC 3986 allows in a path stays.
std::string as_uri(std::string_view name) {
  constexpr std::string_view kKept = "/-._~!$&'()*+,;=@";
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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
  uint32_t in_code_points(const Document& document, uint32_t line, uint32_t column) {
    if (document_ != &document) index(document);
    if (line == 0 || line > starts_.size() || column == 0) return std::max(column, 1u);
    const std::string_view rest = std::string_view(document.text).substr(starts_[line - 1]);
    const std::string_view before = rest.substr(0, column - 1);
    return column - static_cast<uint32_t>(std::count_if(before.begin(), before.end(), [](char c) {
             return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
           }));
  }

 private:
  void index(const Document& document) {
    document_ = &document;
    starts_.assign(1, 0);
    for (size_t at = document.text.find('\n'); at != std::string::npos;
         at = document.text.find('\n', at + 1))
      starts_.push_back(at + 1);
  }

  const Document* document_ = nullptr;
  std::vector<size_t> starts_;
};

Json location(Columns& columns, const Document& document, uint32_t line, uint32_t column,
              const std::vector<std::string>& title) {
  Json place = {{"physicalLocation", {{"artifactLocation", {{"uri", as_uri(document.path)}}}}}};
  if (line != 0)
    place["physicalLocation"]["region"] = {
        {"startLine", line}, {"startColumn", columns.in_code_points(document, line, column)}};
  if (!title.empty())
    place["logicalLocations"] =
        Json::array({{{"fullyQualifiedName", joined(title, " > ")}, {"kind", document.kind}}});
  return place;
}

Json fix(const Document& document, const Proposal& proposal) {
  Json replacements = Json::array();
  for (const FileEdit& edit : proposal.edits) {
    replacements.push_back(
        {{"deletedRegion", {{"byteOffset", edit.begin}, {"byteLength", edit.end - edit.begin}}},
         {"insertedContent", {{"text", edit.text}}}});
  }
  const Json change = {{"artifactLocation", {{"uri", as_uri(document.path)}}},
                       {"replacements", std::move(replacements)}};
  return {{"description", {{"text", proposal.text}}}, {"artifactChanges", Json::array({change})}};
}

Json result(Columns& columns, const Row& row) {
  const auto& [finding, document, use] = row;
  std::string message = finding.reason;
  if (finding.proposal) message += "\nproposed: " + finding.proposal->text;
  Json json = {
      {"ruleId", name(finding.verdict)},
      {"level", level_of(row)},
      {"message", {{"text", std::move(message)}}},
      {"locations", Json::array({location(columns, document, use.line, use.column, use.title)})},
      {"properties",
       {{"pointer", use.pointer},
        {"alert", use.is_alert},
        {"confidence", name(finding.confidence)},
        {"services", finding.services},
        {"query", use.text.text()}}}};
  if (finding.proposal && !finding.proposal->edits.empty())
    json["fixes"] = Json::array({fix(document, *finding.proposal)});
  return json;
}

Json unrecognised(Columns& columns, const Document& document, const Unrecognised& item) {
  return {
      {"ruleId", kUnrecognised},
      {"level", "note"},
      {"message", {{"text", item.what}}},
      {"locations", Json::array({location(columns, document, item.line, item.column, item.title)})},
      {"properties", {{"pointer", item.pointer}}}};
}

Json results_of(const Report& report) {
  Columns columns;
  Json results = Json::array();
  for (const Finding* finding : in_order(report))
    results.push_back(result(columns, row_of(report, *finding)));
  for (const Document& document : report.documents)
    for (const Unrecognised& item : document.unrecognised)
      results.push_back(unrecognised(columns, document, item));
  return results;
}

Json invocation_of(const Report& report) {
  Json notes = Json::array();
  for (const base::Error& error : report.io_errors)
    notes.push_back({{"level", "error"}, {"message", {{"text", error.message}}}});
  return {{"executionSuccessful", report.io_errors.empty()},
          {"exitCode", exit_code(report)},
          {"toolExecutionNotifications", std::move(notes)}};
}

}  // namespace

std::string render_sarif(const Report& report) {
  Json rules = Json::array();
  for (const auto& [id, what] : kRules)
    rules.push_back({{"id", id}, {"shortDescription", {{"text", what}}}});
  const Json log = {
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs", Json::array({{{"tool", {{"driver", {{"name", "cfgc"}, {"rules", rules}}}}},
                             {"columnKind", "unicodeCodePoints"},
                             {"invocations", Json::array({invocation_of(report)})},
                             {"results", results_of(report)}}})}};
  // Replaces what is not UTF-8.
  return json_for_terminals(log.dump(2, ' ', false, Json::error_handler_t::replace)) + '\n';
}

}  // namespace migrate
