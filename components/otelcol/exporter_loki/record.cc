#include "components/otelcol/exporter_loki/record.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"

namespace components::otelcol::exporter_loki {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

constexpr std::string_view kAttributeLabels = "loki.attribute.labels";
constexpr std::string_view kResourceLabels = "loki.resource.labels";
constexpr std::string_view kTenant = "loki.tenant";
constexpr std::string_view kFormat = "loki.format";
constexpr std::string_view kLevel = "level";

/// INFO for 9, INFO2 for 10; empty for what is no severity.
std::string level_of(uint64_t severity) {
  static constexpr std::string_view kNames[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  if (severity == 0 || severity > 24) return {};
  const uint64_t step = (severity - 1) % 4;
  const std::string_view name = kNames[(severity - 1) / 4];
  return step == 0 ? std::string(name) : fmt::format("{}{}", name, step + 1);
}

/// The names in a hint.
std::vector<std::string> names_of(const Value& hint) {
  std::vector<std::string> names;
  if (hint.is(Value::Kind::list)) {
    otlp::Elements elements(hint);
    for (Value element; elements.next(element);) names.push_back(otlp::text_of(element));
    return names;
  }
  if (!hint.is(Value::Kind::text)) return names;
  for (std::string_view rest = hint.text; !rest.empty();) {
    const size_t comma = std::min(rest.find(','), rest.size());
    names.emplace_back(base::trimmed(rest.substr(0, comma)));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return names;
}

/// A member of a map within maps: "b.c" in {"b": {"c": 1}}.
std::optional<Value> member_at(const Value& map, std::string_view path) {
  if (!map.is(Value::Kind::map)) return std::nullopt;
  otlp::Members members(map);
  for (otlp::KeyValue member; members.next(member);) {
    if (member.key == path) return otlp::value_of(member.any_value);
    if (path.size() > member.key.size() && path.starts_with(member.key) &&
        path[member.key.size()] == '.')
      if (auto found =
              member_at(otlp::value_of(member.any_value), path.substr(member.key.size() + 1)))
        return found;
  }
  return std::nullopt;
}

std::optional<Value> find(const otlp::Attributes& attributes, std::string_view name) {
  if (auto exact = attributes.get(name)) return exact;
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto outer = attributes.get(name.substr(0, dot));
  return outer ? member_at(*outer, name.substr(dot + 1)) : std::nullopt;
}

}  // namespace

Record::Record(otlp::Item& item)
    : node_(item.node),
      resource_(item.resource_data.child(otlp::resource_data::kResource)),
      scope_(item.scope_data.child(otlp::scope_data::kScope)) {
  const Attributes record(node_);
  labels_["exporter"] = "OTLP";
  if (resource_ != nullptr) {
    const Attributes resource(*resource_);
    add_defaults(resource);
    add_named(resource, resource.get(kResourceLabels));
    add_named(resource, record.get(kResourceLabels));
    if (const auto format = resource.get(kFormat)) format_ = otlp::text_of(*format);
  }
  add_level(record);
  add_named(record, record.get(kAttributeLabels));
  if (format_.empty())
    if (const auto format = record.get(kFormat)) format_ = otlp::text_of(*format);
}

void Record::add_defaults(const Attributes& resource) {
  const auto text = [&](std::string_view name) {
    const auto value = resource.get(name);
    return value ? otlp::text_of(*value) : std::string();
  };
  const std::string name = text("service.name"), space = text("service.namespace");
  if (!name.empty()) labels_["job"] = space.empty() ? name : space + "/" + name;
  if (const std::string instance = text("service.instance.id"); !instance.empty())
    labels_["instance"] = instance;
}

void Record::add_named(const Attributes& from, const std::optional<Value>& hint) {
  if (!hint) return;
  for (const std::string& name : names_of(*hint))
    if (const auto value = find(from, name)) labels_[name] = otlp::text_of(*value);
}

void Record::add_level(const Attributes& record) {
  const std::string level = level_of(node_.number(otlp::log_record::kSeverityNumber));
  if (level.empty()) return;
  const auto own = record.get(kLevel);
  labels_[std::string(kLevel)] = own ? otlp::text_of(*own) : level;
}

int64_t Record::timestamp_ns() const {
  const uint64_t time = node_.number(otlp::log_record::kTime);
  return static_cast<int64_t>(time != 0 ? time : node_.number(otlp::log_record::kObservedTime));
}

bool Record::is_left_out(std::string_view key) const {
  return key == kAttributeLabels || key == kResourceLabels || key == kTenant || key == kFormat ||
         labels_.find(std::string(key)) != labels_.end();
}

std::optional<std::string> label_name(std::string_view attribute) {
  const bool is_reserved =
      attribute.size() > 4 && attribute.starts_with("__") && attribute.ends_with("__");
  std::string name;
  bool has_more = false;  // than underscores
  for (const char c : is_reserved ? attribute.substr(2, attribute.size() - 4) : attribute) {
    const bool is_kept = base::is_letter(c) || base::is_digit(c);
    has_more = has_more || is_kept;
    if (is_kept)
      name += c;
    else if (name.empty() || name.back() != '_')
      name += '_';
  }
  if (!has_more) return std::nullopt;
  if (base::is_digit(name.front())) name.insert(0, "key_");
  return is_reserved ? "__" + name + "__" : name;
}

}  // namespace components::otelcol::exporter_loki
