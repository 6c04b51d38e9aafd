#include "components/otelcol/processor_attributes/attributes.h"

#include <re2/re2.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/number.h"
#include "base/text.h"
#include "telemetry/otlp/model.h"

namespace components::otelcol::processor_attributes {
namespace {

namespace otlp = telemetry::otlp;
using telemetry::OtlpClient;
using telemetry::otlp::KeyValue;
using telemetry::otlp::Value;

/// Of a River value that the signature accepts, encoded.
std::string encoded(const river::Value& value) {
  std::string out;
  if (const auto* text = value.as_string()) {
    append_value(out, Value::of(std::string_view(*text)));
  } else if (const auto* boolean = value.as_bool()) {
    append_value(out, Value::of(*boolean));
  } else if (const auto* number = value.as_number()) {
    using Rank = river::Number::Rank;
    append_value(out, number->rank == Rank::floating ? Value::of(number->f) : Value::of(number->i));
  } else if (const auto* elements = value.as_array()) {
    std::string list;
    for (const river::Value& element : *elements)
      telemetry::wire::append_bytes(list, 1, encoded(element));
    append_value(out, Value::list(list));
  }
  return out;
}

std::string little_endian(uint64_t bits) {
  return {reinterpret_cast<const char*>(&bits), sizeof bits};
}

/// What the reference hashes; of lists and maps nothing.
std::string hashed(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text:
      return base::sha256_hex(value.text);
    case Value::Kind::integer:
      return base::sha256_hex(little_endian(static_cast<uint64_t>(value.integer)));
    case Value::Kind::real:
      return base::sha256_hex(little_endian(std::bit_cast<uint64_t>(value.real)));
    case Value::Kind::boolean:
      return base::sha256_hex(value.boolean ? std::string_view("\1", 1)
                                            : std::string_view("\0", 1));
    default:
      return {};
  }
}

std::optional<Value> as_integer(const Value& value) {
  if (value.is(Value::Kind::boolean)) return Value::of(int64_t{value.boolean ? 1 : 0});
  if (value.is(Value::Kind::real)) {
    // What does not fit is no integer; the comparison is false for NaN as well.
    if (!(std::abs(value.real) < 9.2e18)) return std::nullopt;
    return Value::of(static_cast<int64_t>(value.real));
  }
  if (!value.is(Value::Kind::text)) return std::nullopt;
  int64_t number = 0;
  const std::string_view text = value.text.starts_with('+') ? value.text.substr(1) : value.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Value::of(number);
}

std::optional<Value> as_real(const Value& value) {
  if (value.is(Value::Kind::boolean)) return Value::of(value.boolean ? 1.0 : 0.0);
  if (value.is(Value::Kind::integer)) return Value::of(static_cast<double>(value.integer));
  if (!value.is(Value::Kind::text)) return std::nullopt;
  const auto number = base::parse_float(value.text);
  if (!number) return std::nullopt;
  return Value::of(*number);
}

void convert(otlp::Attributes& attributes, const Action& action) {
  const auto value = attributes.get(action.key);
  if (!value) return;
  if (action.converted_type == "string") {
    if (!value->is(Value::Kind::text)) {
      const std::string text = text_of(*value);
      attributes.set(action.key, Value::of(std::string_view(text)));
    }
    return;
  }
  const auto converted = action.converted_type == "int" ? as_integer(*value) : as_real(*value);
  if (converted) attributes.set(action.key, *converted);
}

bool matches(const re2::RE2& pattern, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

void hash(otlp::Attributes& attributes, const Action& action) {
  std::vector<std::string> keys;
  attributes.each([&](const KeyValue& attribute) {
    const bool is_meant = attribute.key == action.key && !action.key.empty();
    if (is_meant || (action.pattern.compiled && matches(*action.pattern.compiled, attribute.key)))
      keys.emplace_back(attribute.key);
  });
  for (const std::string& key : keys) {
    const std::string digest = hashed(*attributes.get(key));
    attributes.set(key, Value::of(std::string_view(digest)));
  }
}

void erase(otlp::Attributes& attributes, const Action& action) {
  attributes.erase_if([&](const KeyValue& attribute) {
    if (!action.key.empty() && attribute.key == action.key) return true;
    return action.pattern.compiled && matches(*action.pattern.compiled, attribute.key);
  });
}

void extract(otlp::Attributes& attributes, const Action& action) {
  const auto value = attributes.get(action.key);
  if (!value || !value->is(Value::Kind::text)) return;
  const re2::RE2& pattern = *action.pattern.compiled;
  std::vector<re2::StringPiece> groups(static_cast<size_t>(pattern.NumberOfCapturingGroups()) + 1);
  const re2::StringPiece text(value->text.data(), value->text.size());
  if (!pattern.Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups.data(),
                     static_cast<int>(groups.size())))
    return;
  for (const auto& [index, name] : pattern.CapturingGroupNames()) {
    const auto& group = groups[static_cast<size_t>(index)];
    attributes.set(name, Value::of(std::string_view(group.data(), group.size())));
  }
}

/// What is known of the sender under this name; nothing when it is not.
std::optional<std::string> of_client(const OtlpClient* client, std::string_view name) {
  if (client == nullptr) return std::nullopt;
  if (name == "client.address") {
    if (client->address.empty()) return std::nullopt;
    return client->address;
  }
  if (name.starts_with("auth.")) return std::nullopt;  // Nobody authenticates by attributes here.
  if (name.starts_with("metadata.")) name.remove_prefix(9);
  const auto found = client->metadata.find(base::to_lower(name));
  if (found == client->metadata.end() || found->second.empty()) return std::nullopt;
  std::string joined = found->second.front();
  for (size_t i = 1; i < found->second.size(); ++i) joined += ";" + found->second[i];
  return joined;
}

}  // namespace

Actions::Actions(const std::vector<Action>& actions) {
  for (const Action& action : actions) steps_.push_back({action, encoded(action.value)});
}

void Actions::apply(otlp::Attributes& attributes, const OtlpClient* client) const {
  for (const Step& step : steps_) {
    const Action& action = step.action;
    switch (action.action) {
      case Verb::erase:
        erase(attributes, action);
        continue;
      case Verb::hash:
        hash(attributes, action);
        continue;
      case Verb::extract:
        extract(attributes, action);
        continue;
      case Verb::convert:
        convert(attributes, action);
        continue;
      case Verb::insert:
        if (attributes.has(action.key)) continue;
        break;
      case Verb::update:
        if (!attributes.has(action.key)) continue;
        break;
      case Verb::upsert:
        break;
    }
    if (!action.from_attribute.empty()) {
      if (const auto value = attributes.get(action.from_attribute))
        attributes.set(action.key, *value);
    } else if (!action.from_context.empty()) {
      if (const auto value = of_client(client, action.from_context))
        attributes.set(action.key, Value::of(std::string_view(*value)));
    } else {
      attributes.set(action.key, telemetry::otlp::value_of(step.value));
    }
  }
}

Work::Work(const Arguments& arguments, const base::Logger&) : actions_(arguments.action) {
  if (arguments.include) include_.emplace(*arguments.include);
  if (arguments.exclude) exclude_.emplace(*arguments.exclude);
}

void Work::apply(telemetry::OtlpBatch& batch) const {
  otlp::edit(batch, [&](otlp::Document& document) {
    document.each_item([&](otlp::Item& item) {
      if (include_ && !include_->matches(document.signal(), item)) return;
      if (exclude_ && exclude_->matches(document.signal(), item)) return;
      otlp::Attributes attributes(item.node);
      actions_.apply(attributes, batch.client.get());
    });
  });
}

}  // namespace components::otelcol::processor_attributes
