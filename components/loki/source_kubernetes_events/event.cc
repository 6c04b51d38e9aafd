#include "components/loki/source_kubernetes_events/event.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/rfc3339.h"
#include "base/text.h"
#include "river/value.h"

namespace components::loki::source_kubernetes_events {

using kubernetes::JsonCursor;
using kubernetes::read_fields;
using kubernetes::read_number;
using kubernetes::read_text;

namespace {

bool read_time(JsonCursor& in, int64_t& latest_ns) {
  std::string text;
  if (!read_text(in, text)) return false;
  latest_ns = std::max(latest_ns, base::parse_rfc3339(text).value_or(0));
  return true;
}

bool read_object(JsonCursor& in, Event& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "kind") return read_text(in, out.object_kind);
    if (field == "name") return read_text(in, out.object_name);
    if (field == "namespace") return read_text(in, out.object_namespace);
    if (field == "apiVersion") return read_text(in, out.object_api_version);
    if (field == "resourceVersion") return read_text(in, out.object_version);
    return in.skip_value();
  });
}

bool read_source(JsonCursor& in, Event& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "component") return read_text(in, out.source_component);
    if (field == "host") return read_text(in, out.source_host);
    return in.skip_value();
  });
}

bool read_series(JsonCursor& in, Event& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "count") return read_number(in, out.count);
    if (field == "lastObservedTime") return read_time(in, out.time_ns);
    return in.skip_value();
  });
}

/// The parts of a line, in order; those without a value are left out by Alloy, too.
template <class OnPart>
void for_each_part(const Event& event, OnPart on_part) {
  on_part("name", event.object_name);
  const std::pair<const char*, const std::string&> parts[] = {
      {"kind", event.object_kind},
      {"action", event.action},
      {"objectAPIversion", event.object_api_version},
      {"objectRV", event.object_version},
      {"eventRV", event.meta.resource_version},
      {"reportinginstance", event.reporting_instance},
      {"reportingcontroller", event.reporting_component},
      {"sourcecomponent", event.source_component},
      {"sourcehost", event.source_host},
      {"reason", event.reason},
      {"type", event.type}};
  for (const auto& [name, value] : parts)
    if (!value.empty()) on_part(name, value);
}

}  // namespace

bool read_event(JsonCursor& in, Event& out) {
  return read_fields(in, [&](std::string_view field) {
    if (field == "metadata") return read(in, out.meta);
    if (field == "involvedObject") return read_object(in, out);
    if (field == "source") return read_source(in, out);
    if (field == "series") return read_series(in, out);
    if (field == "reason") return read_text(in, out.reason);
    if (field == "message") return read_text(in, out.message);
    if (field == "type") return read_text(in, out.type);
    if (field == "action") return read_text(in, out.action);
    if (field == "reportingComponent") return read_text(in, out.reporting_component);
    if (field == "reportingInstance") return read_text(in, out.reporting_instance);
    if (field == "count") {
      uint32_t count = 0;
      if (!read_number(in, count)) return false;
      out.count = std::max(out.count, count);
      return true;
    }
    if (field == "firstTimestamp" || field == "lastTimestamp" || field == "eventTime")
      return read_time(in, out.time_ns);
    return in.skip_value();
  });
}

std::string text_of(const Event& event, LogFormat format) {
  std::string out;
  if (format == LogFormat::logfmt) {
    for_each_part(event, [&](std::string_view name, const std::string& value) {
      out += fmt::format("{}={} ", name, value);
    });
    if (event.count > 0) out += fmt::format("count={} ", event.count);
    return out + fmt::format("msg={} ", river::quote(event.message));
  }
  out = "{";
  for_each_part(event, [&](std::string_view name, const std::string& value) {
    base::append_json_string(out, name);
    out += ":";
    base::append_json_string(out, value);
    out += ",";
  });
  if (event.count > 0) out += fmt::format("\"count\":{},", event.count);
  out += "\"msg\":";
  base::append_json_string(out, event.message);
  return out + "}";
}

uint64_t version_of(const Event& event) {
  const std::string& text = event.meta.resource_version;
  uint64_t version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

EventCursor EventCursor::parse(std::string_view text) {
  EventCursor cursor;
  const char* end = text.data() + text.size();
  const auto [version_end, error] = std::from_chars(text.data(), end, cursor.version);
  if (error != std::errc() || version_end == end) return {};
  const auto [time_end, time_error] = std::from_chars(version_end + 1, end, cursor.time_ns);
  return time_error == std::errc() && time_end == end ? cursor : EventCursor();
}

std::string EventCursor::text() const {
  return fmt::format("{} {}", version, time_ns);
}

bool EventCursor::is_new(const Event& event) const {
  return version_of(event) > version || event.time_ns > time_ns;
}

void EventCursor::pass(const Event& event) {
  version = version_of(event);
  time_ns = std::max(time_ns, event.time_ns);
}

}  // namespace components::loki::source_kubernetes_events
