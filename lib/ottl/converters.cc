#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/digest.h"
#include "base/number.h"
#include "base/text.h"
#include "ottl/function.h"
#include "ottl/parser.h"
#include "telemetry/match_text.h"
#include "telemetry/text.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

Value argument(Run& run, const Call& call, size_t index) {
  return run.evaluate(call.arguments[index]);
}

Value text_of_argument(Run& run, const Call& call, size_t index) {
  const Value value = argument(run, call, index);
  if (value.is(Value::Kind::text)) return value;
  run.fail(fmt::format("{} of {} must be a string, it is {}", call.function->parameters[index].name,
                       call.function->name, kind_name(value)));
  return {};
}

/// Of text alone; numbers and booleans are taken as their text, nil does not match.
Value is_match(Run& run, const Call& call) {
  const Value value = argument(run, call, 0);
  if (value.empty()) return Value::of(false);
  const std::string text = otlp::text_of(value);
  return Value::of(telemetry::MatchText(text).matches(*call.pattern));
}

template <Value::Kind kKind>
Value is_kind(Run& run, const Call& call) {
  return Value::of(argument(run, call, 0).is(kKind));
}

Value concat(Run& run, const Call& call) {
  const Value list = argument(run, call, 0), delimiter = text_of_argument(run, call, 1);
  if (!list.is(Value::Kind::list)) run.fail("Concat needs a list");
  if (!run.error().empty()) return {};
  std::string joined;
  bool is_first = true;
  otlp::Elements elements(list);
  for (Value element; elements.next(element); is_first = false) {
    if (!is_first) joined += delimiter.text;
    otlp::append_text(joined, element);
  }
  return Value::of(run.keep(joined));
}

Value split(Run& run, const Call& call) {
  const Value text = text_of_argument(run, call, 0), delimiter = text_of_argument(run, call, 1);
  if (!run.error().empty()) return {};
  if (delimiter.text.empty()) {
    run.fail("the delimiter of Split is empty");
    return {};
  }
  std::string bytes;
  std::string_view rest = text.text;
  for (bool has_more = true; has_more;) {
    const size_t found = rest.find(delimiter.text);
    std::string encoded;
    append_value(encoded, Value::of(rest.substr(0, found)));
    telemetry::wire::append_bytes(bytes, 1, encoded);
    has_more = found != std::string_view::npos;
    if (has_more) rest.remove_prefix(found + delimiter.text.size());
  }
  return Value::list(run.keep(bytes));
}

Value parse_json_text(Run& run, const Call& call) {
  const Value text = text_of_argument(run, call, 0);
  if (!run.error().empty()) return {};
  std::string any_value;
  if (auto parsed = parse_json(text.text, any_value); !parsed) {
    run.fail("ParseJSON: " + parsed.error().message);
    return {};
  }
  return otlp::value_of(run.keep(any_value));
}

/// Nil for what is no number.
Value to_int(Run& run, const Call& call) {
  const Value value = argument(run, call, 0);
  switch (value.kind) {
    case Value::Kind::integer:
      return value;
    case Value::Kind::boolean:
      return Value::of(int64_t{value.boolean ? 1 : 0});
    case Value::Kind::real:
      // False for NaN as well.
      return std::abs(value.real) < 9.2e18 ? Value::of(static_cast<int64_t>(value.real)) : Value();
    case Value::Kind::text: {
      int64_t number = 0;
      const char* end = value.text.data() + value.text.size();
      const auto [last, error] = std::from_chars(value.text.data(), end, number);
      return error == std::errc() && last == end ? Value::of(number) : Value();
    }
    default:
      return {};
  }
}

Value to_double(Run& run, const Call& call) {
  const Value value = argument(run, call, 0);
  if (value.is(Value::Kind::real)) return value;
  if (value.is(Value::Kind::integer)) return Value::of(static_cast<double>(value.integer));
  if (value.is(Value::Kind::boolean)) return Value::of(value.boolean ? 1.0 : 0.0);
  if (!value.is(Value::Kind::text)) return {};
  const auto number = base::parse_float(value.text);
  return number ? Value::of(*number) : Value();
}

Value to_string(Run& run, const Call& call) {
  const Value value = argument(run, call, 0);
  return value.empty() ? value : Value::of(run.keep(otlp::text_of(value)));
}

Value len(Run& run, const Call& call) {
  const Value value = argument(run, call, 0);
  int64_t count = 0;
  if (value.is(Value::Kind::text) || value.is(Value::Kind::bytes)) {
    count = static_cast<int64_t>(value.text.size());
  } else if (value.is(Value::Kind::list)) {
    otlp::Elements elements(value);
    for (Value element; elements.next(element);) ++count;
  } else if (value.is(Value::Kind::map)) {
    otlp::Members members(value);
    for (otlp::KeyValue member; members.next(member);) ++count;
  } else {
    run.fail(fmt::format("Len of {}", kind_name(value)));
  }
  return Value::of(count);
}

Value sha256(Run& run, const Call& call) {
  const Value text = text_of_argument(run, call, 0);
  return run.error().empty() ? Value::of(run.keep(base::sha256_hex(text.text))) : Value();
}

/// The words of a name in any spelling, in lower case: "fooBar_baz" has three.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  char before = '\0';
  for (const char c : text) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool separates = c == '_' || c == '-' || c == ' ' || c == '.';
    const bool begins = is_upper && !(before >= 'A' && before <= 'Z');
    if ((separates || begins) && !words.back().empty()) words.emplace_back();
    if (!separates) words.back() += base::to_lower(c);
    before = c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

Value convert_case(Run& run, const Call& call) {
  const Value text = text_of_argument(run, call, 0), wanted = text_of_argument(run, call, 1);
  if (!run.error().empty()) return {};
  std::string out;
  if (wanted.text == "lower") {
    out = telemetry::to_lower(text.text);
  } else if (wanted.text == "upper") {
    out = telemetry::to_upper(text.text);
  } else if (wanted.text == "snake" || wanted.text == "camel") {
    for (std::string& word : words_of(text.text)) {
      if (wanted.text == "snake" && !out.empty()) out += '_';
      if (wanted.text == "camel" && word[0] >= 'a' && word[0] <= 'z')
        word[0] = static_cast<char>(word[0] - 'a' + 'A');
      out += word;
    }
  } else {
    run.fail("ConvertCase knows lower, upper, snake and camel");
    return {};
  }
  return Value::of(run.keep(out));
}

Value substring(Run& run, const Call& call) {
  const Value text = text_of_argument(run, call, 0);
  const Value start = argument(run, call, 1), length = argument(run, call, 2);
  if (!run.error().empty()) return {};
  const auto size = static_cast<int64_t>(text.text.size());
  if (!start.is(Value::Kind::integer) || !length.is(Value::Kind::integer) || start.integer < 0 ||
      length.integer <= 0 || start.integer > size || length.integer > size - start.integer) {
    run.fail("Substring: the part is not within the string");
    return {};
  }
  return Value::of(
      text.text.substr(static_cast<size_t>(start.integer), static_cast<size_t>(length.integer)));
}

/// Whether a data point of the metric has the attribute, with this text if one is wanted.
template <bool kHasValue>
Value has_attribute(Run& run, const Call& call) {
  const Value key = text_of_argument(run, call, 0);
  const Value wanted = kHasValue ? text_of_argument(run, call, 1) : Value();
  otlp::Node* data = run.target().metric == nullptr ? nullptr : otlp::data_of(*run.target().metric);
  bool is_found = false;
  if (run.error().empty() && data != nullptr)
    data->each(otlp::metric_data::kPoints, [&](otlp::Node& point) {
      const auto value = otlp::Attributes(point).get(key.text);
      is_found = is_found || (value && (!kHasValue || otlp::text_of(*value) == wanted.text));
    });
  return Value::of(is_found);
}

constexpr Parameter kTarget[] = {{"target"}};
constexpr Parameter kMatch[] = {{"target"}, {"pattern", Parameter::Kind::pattern}};
constexpr Parameter kConcat[] = {{"values"}, {"delimiter"}};
constexpr Parameter kSplit[] = {{"target"}, {"delimiter"}};
constexpr Parameter kCase[] = {{"target"}, {"case"}};
constexpr Parameter kSubstring[] = {{"target"}, {"start"}, {"length"}};
constexpr Parameter kKey[] = {{"key"}};
constexpr Parameter kKeyValue[] = {{"key"}, {"value"}};

constexpr Function converter(std::string_view name, std::span<const Parameter> parameters,
                             Value (*convert)(Run&, const Call&), bool is_of_metrics = false) {
  return {
      .name = name, .parameters = parameters, .convert = convert, .is_of_metrics = is_of_metrics};
}
constexpr std::array kConverters = {
    converter("IsMatch", kMatch, is_match),
    converter("IsMap", kTarget, is_kind<Value::Kind::map>),
    converter("IsList", kTarget, is_kind<Value::Kind::list>),
    converter("IsString", kTarget, is_kind<Value::Kind::text>),
    converter("IsInt", kTarget, is_kind<Value::Kind::integer>),
    converter("IsDouble", kTarget, is_kind<Value::Kind::real>),
    converter("IsBool", kTarget, is_kind<Value::Kind::boolean>),
    converter("Concat", kConcat, concat),
    converter("Split", kSplit, split),
    converter("ParseJSON", kTarget, parse_json_text),
    converter("Int", kTarget, to_int),
    converter("Double", kTarget, to_double),
    converter("String", kTarget, to_string),
    converter("Len", kTarget, len),
    converter("SHA256", kTarget, sha256),
    converter("ConvertCase", kCase, convert_case),
    converter("Substring", kSubstring, substring),
    converter("HasAttrKeyOnDatapoint", kKey, has_attribute<false>, true),
    converter("HasAttrOnDatapoint", kKeyValue, has_attribute<true>, true),
};

}  // namespace

std::span<const Function> converters() {
  return kConverters;
}

}  // namespace ottl
