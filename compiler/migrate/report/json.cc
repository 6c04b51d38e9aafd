#include "compiler/migrate/report/formats.h"
#include "compiler/migrate/report/json_writer.h"

namespace compiler::migrate::report {
namespace {

void text_or_null(JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty())
    json.null();
  else
    json.put(text);
}

void put_families(JsonWriter& json, std::string_view name,
                  const std::vector<streams::StreamFamily>& families) {
  json.key(name);
  json.array(families, [&](const streams::StreamFamily& family) { json.put(family.text()); });
}

void put(JsonWriter& json, const streams::Blocker& blocker) {
  json.begin_object();
  json.member("kind", spelled(blocker.kind));
  json.member("message", blocker.message);
  json.member("place", blocker.place);
  json.member("is_hint", blocker.is_hint);
  json.end_object();
}

void put(JsonWriter& json, const streams::ServiceState& service) {
  json.begin_object();
  json.member("service", service.service);
  json.member("mechanism", name(service.mechanism));
  json.member("port", service.port);
  json.member("port_place", service.port_place);
  json.member("port_is_unused", service.port_is_unused);
  json.member("moves", service.moves);
  json.key("blockers");
  json.array(service.blockers, [&](const streams::Blocker& blocker) { put(json, blocker); });
  put_families(json, "labels_before", service.before);
  put_families(json, "labels_after", service.after);
  json.member("streams_before", service.streams_before);
  json.member("streams_after", service.streams_after);
  json.end_object();
}

void put(JsonWriter& json, const streams::HostState& host) {
  json.begin_object();
  json.member("host", host.host);
  json.member("done", host.done);
  json.member("total", host.total);
  json.key("services");
  json.array(host.services, [&](const streams::ServiceState& service) { put(json, service); });
  json.member("steps", host.steps);
  json.end_object();
}

void put(JsonWriter& json, const impact::Transition& transition) {
  json.begin_object();
  json.member("kind", spelled(transition.kind));
  json.member("text", transition.text);
  json.member("cost", transition.cost);
  json.end_object();
}

void put(JsonWriter& json, const Comparison& comparison) {
  json.begin_object();
  json.member("asked", comparison.asked);
  json.member("old_lines", comparison.old_lines);
  json.member("new_lines", comparison.new_lines);
  json.member("old_streams", comparison.old_streams);
  json.member("new_streams", comparison.new_streams);
  json.member("agrees", comparison.agrees);
  json.member("note", comparison.note);
  json.end_object();
}

void put(JsonWriter& json, const Row& row) {
  const auto& [finding, document, use, comparison] = row;
  json.begin_object();
  json.member("file", document.path);
  json.member("line", use.line);
  json.member("column", use.column);
  json.member("pointer", use.pointer);
  json.member("title", use.title);
  json.member("kind", spelled(use.kind));
  json.member("language", spelled(use.language));
  json.member("alert", use.is_alert);
  json.member("verdict", name(finding.verdict));
  json.member("confidence", name(finding.confidence));
  json.member("reason", finding.reason);
  json.member("services", finding.services);
  json.member("old", use.text.text());
  text_or_null(json, "proposed", finding.proposal ? finding.proposal->text : "");
  text_or_null(json, "blocked", finding.proposal ? finding.proposal->blocked : "");
  json.key("transitions");
  json.array(finding.transitions, [&](const impact::Transition& way) { put(json, way); });
  json.key("verified");
  if (comparison == nullptr)
    json.null();
  else
    put(json, *comparison);
  json.end_object();
}

void put_unrecognised(JsonWriter& json, const Report& report) {
  json.key("unknown");
  json.begin_array();
  for (const documents::Document& document : report.documents) {
    for (const documents::Unrecognised& item : document.unrecognised) {
      json.begin_object();
      json.member("file", document.path);
      json.member("line", item.line);
      json.member("column", item.column);
      json.member("pointer", item.pointer);
      json.member("title", item.title);
      json.member("what", item.what);
      json.end_object();
    }
  }
  json.end_array();
}

void put_coverage(JsonWriter& json, const Report& report) {
  const Coverage counts = coverage(report);
  json.key("coverage");
  json.begin_object();
  json.member("seen", counts.seen);
  json.member("judged", counts.judged);
  json.member("unknown", counts.unknown);
  json.key("verdicts");
  json.begin_object();
  for (size_t i = 0; i < std::size(counts.by_verdict); ++i)
    json.member(name(static_cast<impact::Verdict>(i)), counts.by_verdict[i]);
  json.end_object();
  json.key("passed");
  json.begin_object();
  for (const auto& [why, count] : passed(report)) json.member(why, count);
  json.end_object();
  json.end_object();
}

}  // namespace

std::string render_json(const Report& report) {
  constexpr size_t kFindingBytes = 2048;
  JsonWriter json(report.findings.size() * kFindingBytes);
  json.begin_object();
  json.member("version", 1);
  json.member("exit_code", exit_code(report));
  json.key("fleet");
  json.begin_object();
  json.member("done", report.fleet.done);
  json.member("total", report.fleet.total);
  json.key("hosts");
  json.array(report.fleet.hosts, [&](const streams::HostState& host) { put(json, host); });
  json.end_object();
  put_coverage(json, report);
  json.key("findings");
  json.begin_array();
  for (const impact::Finding* finding : in_order(report)) put(json, row_of(report, *finding));
  for (const impact::Finding& finding : report.findings)
    if (finding.verdict == impact::Verdict::same) put(json, row_of(report, finding));
  json.end_array();
  put_unrecognised(json, report);
  json.key("errors");
  json.array(report.io_errors, [&](const base::Error& error) { json.put(error.message); });
  json.end_object();
  return json.take();
}

}  // namespace compiler::migrate::report
