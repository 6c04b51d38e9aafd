#include "components/otelcol/shared/match_properties/match.h"

#include <re2/re2.h>

#include <algorithm>

#include "telemetry/otlp/schema.h"

namespace components::otelcol {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

std::vector<TextMatch> texts_of(const std::vector<std::string>& patterns, MatchType type) {
  std::vector<TextMatch> texts;
  for (const std::string& pattern : patterns) texts.emplace_back(pattern, type);
  return texts;
}

/// The name of an enumerator as OTLP has it; empty for a number without one.
std::string_view name_of(const otlp::Message& message, uint32_t number, uint64_t value) {
  for (const otlp::Enumerator& known : message.find(number)->enumerators)
    if (static_cast<uint64_t>(known.value) == value) return known.name;
  return {};
}

/// Compares without conversion, but that numbers are numbers.
bool equals(const Value& value, const river::Value& wanted) {
  if (const auto* boolean = wanted.as_bool())
    return value.is(Value::Kind::boolean) && value.boolean == *boolean;
  const auto* number = wanted.as_number();
  if (number == nullptr) return false;
  const bool is_real = number->rank == river::Number::Rank::floating;
  if (value.is(Value::Kind::integer)) return !is_real && value.integer == number->i;
  return value.is(Value::Kind::real) && value.real == (is_real ? number->f : double(number->i));
}

}  // namespace

TextMatch::TextMatch(const std::string& pattern, MatchType type) : text_(pattern) {
  if (type == MatchType::regexp)
    regex_ = std::make_shared<const re2::RE2>(pattern, re2::RE2::Quiet);
}

bool TextMatch::matches(std::string_view text) const {
  if (!regex_) return text == text_;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

Match::Match(const MatchProperties& properties)
    : type_(properties.match_type),
      services_(texts_of(properties.services, type_)),
      span_names_(texts_of(properties.span_names, type_)),
      span_kinds_(texts_of(properties.span_kinds, type_)),
      bodies_(texts_of(properties.log_bodies, type_)),
      severity_texts_(texts_of(properties.log_severity_texts, type_)),
      metric_names_(texts_of(properties.metric_names, type_)),
      severity_(properties.log_severity),
      asks_for_span_(!span_names_.empty() || !span_kinds_.empty()),
      asks_for_record_(!bodies_.empty() || !severity_texts_.empty() || severity_.has_value()) {
  const auto add = [&](const std::vector<MatchAttribute>& from, std::vector<OfAttribute>& to) {
    for (const MatchAttribute& attribute : from) {
      OfAttribute wanted{attribute.key, attribute.value, std::nullopt};
      if (const auto* text = attribute.value.as_string()) wanted.text.emplace(*text, type_);
      to.push_back(std::move(wanted));
    }
  };
  add(properties.attribute, attributes_);
  add(properties.resource, resources_);
  for (const MatchLibrary& library : properties.library) {
    OfLibrary wanted{TextMatch(library.name, type_), std::nullopt};
    if (library.version) wanted.version.emplace(*library.version, type_);
    libraries_.push_back(std::move(wanted));
  }
}

bool Match::matches(telemetry::Signal signal, otlp::Item& item) const {
  if (asks_for_span_ && (signal != telemetry::Signal::traces || !matches_span(item.node)))
    return false;
  if (asks_for_record_ && (signal != telemetry::Signal::logs || !matches_record(item.node)))
    return false;
  if (!metric_names_.empty() &&
      (item.metric == nullptr || !any_of(metric_names_, item.metric->bytes(otlp::metric::kName))))
    return false;
  return matches_origin(item) && all_of(attributes_, &item.node);
}

bool Match::any_of(const Texts& texts, std::string_view text) {
  return texts.empty() ||
         std::ranges::any_of(texts, [&](const TextMatch& match) { return match.matches(text); });
}

bool Match::matches_span(otlp::Node& span) const {
  if (!any_of(span_names_, span.bytes(otlp::span::kName))) return false;
  const uint64_t kind = span.number(otlp::span::kKind);
  return any_of(span_kinds_, name_of(otlp::kSpan, otlp::span::kKind, kind));
}

bool Match::matches_record(otlp::Node& record) const {
  namespace fields = otlp::log_record;
  if (!bodies_.empty()) {
    const Value body = otlp::value_of(record.bytes(fields::kBody));
    if (!body.is(Value::Kind::text) || !any_of(bodies_, body.text)) return false;
  }
  if (!any_of(severity_texts_, record.bytes(fields::kSeverityText))) return false;
  if (!severity_) return true;
  const uint64_t severity = record.number(fields::kSeverityNumber);
  if (severity == 0) return severity_->match_undefined;
  return severity >= static_cast<uint64_t>(severity_of(severity_->min));
}

/// What the resource and the scope say.
bool Match::matches_origin(otlp::Item& item) const {
  otlp::Node* resource = item.resource_data.child(otlp::resource_data::kResource);
  if (!services_.empty()) {
    if (resource == nullptr) return false;
    const auto service = otlp::Attributes(*resource).get("service.name");
    if (!service || !any_of(services_, otlp::text_of(*service))) return false;
  }
  if (!resources_.empty() && !all_of(resources_, resource)) return false;
  if (libraries_.empty()) return true;
  const otlp::Node* scope = item.scope_data.child(otlp::scope_data::kScope);
  const std::string_view name = scope == nullptr ? "" : scope->bytes(otlp::scope::kName);
  const std::string_view version = scope == nullptr ? "" : scope->bytes(otlp::scope::kVersion);
  return std::ranges::any_of(libraries_, [&](const OfLibrary& library) {
    return library.name.matches(name) && (!library.version || library.version->matches(version));
  });
}

bool Match::all_of(const std::vector<OfAttribute>& wanted, otlp::Node* owner) {
  if (wanted.empty()) return true;
  if (owner == nullptr) return false;
  const otlp::Attributes attributes(*owner);
  return std::ranges::all_of(wanted, [&](const OfAttribute& attribute) {
    const auto value = attributes.get(attribute.key);
    if (!value) return false;
    if (attribute.value.is_null()) return true;
    if (!attribute.text) return equals(*value, attribute.value);
    return attribute.text->matches(value->is(Value::Kind::text) ? std::string(value->text)
                                                                : otlp::text_of(*value));
  });
}

}  // namespace components::otelcol
