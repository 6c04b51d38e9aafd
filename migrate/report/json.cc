#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "migrate/report/escape.h"
#include "migrate/report/formats.h"
#include "migrate/report/names.h"

// Written as a stream of tokens: a tree of a large fleet's findings would cost more than judging.
namespace migrate {
namespace {

using Writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void put(Writer& json, std::string_view text) {
  const std::string clean = utf8(text);
  json.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}
void put(Writer& json, bool value) {
  json.Bool(value);
}
template <std::integral Number>
void put(Writer& json, Number value) {
  json.Int64(static_cast<int64_t>(value));
}
void put(Writer& json, const StreamFamily& family);
void put(Writer& json, const base::Error& error);
void put(Writer& json, const Blocker& blocker);
void put(Writer& json, const ServiceState& service);
void put(Writer& json, const HostState& host);
void put(Writer& json, const Transition& transition);
template <class Item>
void put(Writer& json, const std::vector<Item>& items) {
  json.StartArray();
  for (const Item& item : items) put(json, item);
  json.EndArray();
}

template <class Value>
void member(Writer& json, std::string_view name, const Value& value) {
  json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  put(json, value);
}
void text_or_null(Writer& json, const char* name, const std::string& text) {
  json.Key(name);
  if (text.empty())
    json.Null();
  else
    put(json, text);
}

void put(Writer& json, const StreamFamily& family) {
  put(json, family.text());
}
void put(Writer& json, const base::Error& error) {
  put(json, error.message);
}

void put(Writer& json, const Blocker& blocker) {
  json.StartObject();
  member(json, "kind", spelled(blocker.kind));
  member(json, "message", blocker.message);
  member(json, "place", blocker.place);
  member(json, "is_hint", blocker.is_hint);
  json.EndObject();
}

void put(Writer& json, const ServiceState& service) {
  json.StartObject();
  member(json, "service", service.service);
  member(json, "mechanism", name(service.mechanism));
  member(json, "port", service.port);
  member(json, "port_place", service.port_place);
  member(json, "port_is_unused", service.port_is_unused);
  member(json, "moves", service.moves);
  member(json, "blockers", service.blockers);
  member(json, "labels_before", service.before);
  member(json, "labels_after", service.after);
  member(json, "streams_before", service.streams_before);
  member(json, "streams_after", service.streams_after);
  json.EndObject();
}

void put(Writer& json, const HostState& host) {
  json.StartObject();
  member(json, "host", host.host);
  member(json, "done", host.done);
  member(json, "total", host.total);
  member(json, "services", host.services);
  member(json, "steps", host.steps);
  json.EndObject();
}

void put(Writer& json, const Transition& transition) {
  json.StartObject();
  member(json, "kind", spelled(transition.kind));
  member(json, "text", transition.text);
  member(json, "cost", transition.cost);
  json.EndObject();
}

void put(Writer& json, const Row& row) {
  const auto& [finding, document, use] = row;
  json.StartObject();
  member(json, "file", document.path);
  member(json, "line", use.line);
  member(json, "column", use.column);
  member(json, "pointer", use.pointer);
  member(json, "title", use.title);
  member(json, "kind", spelled(use.kind));
  member(json, "language", spelled(use.language));
  member(json, "alert", use.is_alert);
  member(json, "verdict", name(finding.verdict));
  member(json, "confidence", name(finding.confidence));
  member(json, "reason", finding.reason);
  member(json, "services", finding.services);
  member(json, "old", use.text.text());
  text_or_null(json, "proposed", finding.proposal ? finding.proposal->text : "");
  text_or_null(json, "blocked", finding.proposal ? finding.proposal->blocked : "");
  member(json, "transitions", finding.transitions);
  json.EndObject();
}

void put_unrecognised(Writer& json, const Report& report) {
  json.Key("unknown");
  json.StartArray();
  for (const Document& document : report.documents) {
    for (const Unrecognised& item : document.unrecognised) {
      json.StartObject();
      member(json, "file", document.path);
      member(json, "line", item.line);
      member(json, "column", item.column);
      member(json, "pointer", item.pointer);
      member(json, "title", item.title);
      member(json, "what", item.what);
      json.EndObject();
    }
  }
  json.EndArray();
}

void put_coverage(Writer& json, const Report& report) {
  const Coverage counts = coverage(report);
  json.Key("coverage");
  json.StartObject();
  member(json, "seen", counts.seen);
  member(json, "judged", counts.judged);
  member(json, "unknown", counts.unknown);
  json.Key("verdicts");
  json.StartObject();
  for (size_t i = 0; i < std::size(counts.by_verdict); ++i)
    member(json, name(static_cast<Verdict>(i)), counts.by_verdict[i]);
  json.EndObject();
  json.Key("passed");
  json.StartObject();
  for (const auto& [why, count] : passed(report)) member(json, utf8(why), count);
  json.EndObject();
  json.EndObject();
}

}  // namespace

std::string render_json(const Report& report) {
  rapidjson::StringBuffer out;
  Writer json(out);
  json.SetIndent(' ', 2);
  json.StartObject();
  member(json, "version", 1);
  member(json, "exit_code", exit_code(report));
  json.Key("fleet");
  json.StartObject();
  member(json, "done", report.fleet.done);
  member(json, "total", report.fleet.total);
  member(json, "hosts", report.fleet.hosts);
  json.EndObject();
  put_coverage(json, report);
  json.Key("findings");
  json.StartArray();
  for (const Finding* finding : in_order(report)) put(json, row_of(report, *finding));
  for (const Finding& finding : report.findings)
    if (finding.verdict == Verdict::same) put(json, row_of(report, finding));
  json.EndArray();
  put_unrecognised(json, report);
  member(json, "errors", report.io_errors);
  json.EndObject();
  return json_for_terminals(std::string(out.GetString(), out.GetSize())) + '\n';
}

}  // namespace migrate
