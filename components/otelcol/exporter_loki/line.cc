#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "components/otelcol/exporter_loki/record.h"
#include "telemetry/otlp/json.h"

namespace components::otelcol::exporter_loki {
namespace {

namespace otlp = telemetry::otlp;
namespace fields = otlp::log_record;
using otlp::Value;

/// In hexadecimal; an id of zeros is none.
std::string id_of(std::string_view bytes) {
  std::string id;
  if (bytes.find_first_not_of('\0') != std::string_view::npos) otlp::append_hex(id, bytes);
  return id;
}

Value body_of(const Record& record) {
  return otlp::value_of(record.node().bytes(fields::kBody));
}

/// An object of JSON whose members are added one by one; those that are empty are left out.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

  void add(std::string_view name, const Value& value) {
    if (value.empty()) return;
    key(name);
    otlp::append_json(out_, value);
  }
  void add(std::string_view name, std::string_view text) {
    if (!text.empty()) add(name, Value::of(text));
  }
  /// `each(visit)` calls visit(key, Value) for each member.
  template <class Each>
  void add_map(std::string_view name, Each each) {
    std::string map;
    each([&](std::string_view member, const Value& value) {
      otlp::append_key_value(map, 1, member, value);
    });
    if (!map.empty()) add(name, Value::map(map));
  }
  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
};

void append_json_line(std::string& out, const Record& record) {
  const otlp::Node& node = record.node();
  JsonObject line(out);
  line.add("body", body_of(record));
  line.add("traceid", id_of(node.bytes(fields::kTraceId)));
  line.add("spanid", id_of(node.bytes(fields::kSpanId)));
  line.add("severity", node.bytes(fields::kSeverityText));
  if (const uint64_t flags = node.number(fields::kFlags); flags != 0)
    line.add("flags", Value::of(static_cast<int64_t>(flags)));
  line.add_map("attributes", [&](auto visit) { record.each_attribute(visit); });
  line.add_map("resources", [&](auto visit) { record.each_resource_attribute(visit); });
  const std::string_view scope =
      record.scope() == nullptr ? "" : record.scope()->bytes(otlp::scope::kName);
  if (!scope.empty()) {
    line.key("instrumentation_scope");
    JsonObject inner(out);
    inner.add("name", scope);
    inner.add("version", record.scope()->bytes(otlp::scope::kVersion));
    inner.add_map("attributes", [&](auto visit) {
      otlp::Attributes(*record.scope()).each([&](const otlp::KeyValue& attribute) {
        visit(attribute.key, otlp::value_of(attribute.any_value));
      });
    });
    inner.end();
  }
  line.end();
}

/// Adds a value by its key, or what is in it by keys with the way to it: a_b, a_0.
void add_pairs(LogfmtPairs& pairs, const std::string& key, const Value& value) {
  if (value.empty()) return;
  const std::string prefix = key.empty() ? "" : key + "_";
  if (value.is(Value::Kind::map)) {
    otlp::Members members(value);
    for (otlp::KeyValue member; members.next(member);)
      add_pairs(pairs, prefix + std::string(member.key), otlp::value_of(member.any_value));
  } else if (value.is(Value::Kind::list)) {
    otlp::Elements elements(value);
    size_t index = 0;
    for (Value element; elements.next(element);)
      add_pairs(pairs, prefix + std::to_string(index++), element);
  } else {
    pairs.emplace_back(key, otlp::text_of(value));
  }
}

LogfmtPairs pairs_of_body(const Value& body) {
  LogfmtPairs pairs;
  if (body.is(Value::Kind::text)) {
    if (auto parsed = parse_logfmt(body.text)) return std::move(*parsed);
    pairs.emplace_back("msg", std::string(body.text));
  } else if (body.is(Value::Kind::map)) {
    add_pairs(pairs, "", body);
  } else if (body.is(Value::Kind::list)) {
    add_pairs(pairs, "body", body);
  } else if (!body.empty()) {
    pairs.emplace_back("msg", otlp::text_of(body));
  }
  return pairs;
}

void append_logfmt_line(std::string& out, const Record& record) {
  const otlp::Node& node = record.node();
  LogfmtPairs pairs = pairs_of_body(body_of(record));
  const auto set = [&](std::string_view key, std::string value) {
    if (value.empty()) return;
    const auto same = std::ranges::find(pairs, key, [](const auto& pair) { return pair.first; });
    if (same == pairs.end())
      pairs.emplace_back(key, std::move(value));
    else
      same->second = std::move(value);
  };
  set("traceID", id_of(node.bytes(fields::kTraceId)));
  set("spanID", id_of(node.bytes(fields::kSpanId)));
  set("severity", std::string(node.bytes(fields::kSeverityText)));
  if (const uint64_t flags = node.number(fields::kFlags); flags != 0)
    set("flags", std::to_string(flags));
  record.each_attribute([&](std::string_view key, const Value& value) {
    add_pairs(pairs, "attribute_" + std::string(key), value);
  });
  record.each_resource_attribute([&](std::string_view key, const Value& value) {
    add_pairs(pairs, "resource_" + std::string(key), value);
  });
  if (record.scope() != nullptr && record.scope()->has(otlp::scope::kName)) {
    set("instrumentation_scope_name", std::string(record.scope()->bytes(otlp::scope::kName)));
    set("instrumentation_scope_version", std::string(record.scope()->bytes(otlp::scope::kVersion)));
    otlp::Attributes(*record.scope()).each([&](const otlp::KeyValue& attribute) {
      add_pairs(pairs, "instrumentation_scope_attribute_" + std::string(attribute.key),
                otlp::value_of(attribute.any_value));
    });
  }
  append_logfmt(out, pairs);
}

}  // namespace

bool append_line(std::string& out, const Record& record) {
  if (record.format().empty() || record.format() == "json") {
    append_json_line(out, record);
  } else if (record.format() == "logfmt") {
    append_logfmt_line(out, record);
  } else if (record.format() == "raw") {
    otlp::append_text(out, body_of(record));
  } else {
    return false;
  }
  return true;
}

}  // namespace components::otelcol::exporter_loki
