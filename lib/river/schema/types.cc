#include "river/schema/types.h"

#include <re2/re2.h>

#include "base/text.h"
#include "river/diag/render.h"
#include "river/schema/decode.h"
#include "river/schema/scalar.h"
#include "river/schema/text.h"

namespace river::schema {

namespace {

/// The text of a known value for a type that parses itself from text; nothing with `result` set
/// otherwise (null: ok).
std::optional<std::string> text_form(const Value& value, const Type& wanted, DecodeContext& context,
                                     Decoded& result) {
  if (!is_plain(value, wanted, context, result)) return std::nullopt;
  std::string text;
  if (text_of(value, wanted, context, text)) return text;
  result = Decoded::failed;
  return std::nullopt;
}

Decoded compile(const Value& value, const std::string& pattern, DecodeContext& context,
                std::shared_ptr<const re2::RE2>& out) {
  auto compiled = compile_regex(pattern);
  if (!compiled->ok())
    return context.reject(value, "C020", fmt::format("bad regex: {}", compiled->error()));
  out = std::move(compiled);
  return Decoded::ok;
}

}  // namespace

Decoded decode_scalar(const Value& value, Duration& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  const auto text = text_form(value, Codec<Duration>::type, context, result);
  if (!text) return result;
  const auto parsed = parse_duration(*text);
  if (!parsed) {
    const bool bare = number_from_text(*text).has_value();
    return context.reject(value, "C021",
                          bare ? fmt::format("duration {} has no unit", *text)
                               : fmt::format("{} is not a duration", quote(*text)),
                          bare ? fmt::format("write \"{}s\" for seconds", *text)
                               : "durations are written as \"250ms\", \"10s\", \"1h30m\"");
  }
  out.value = *parsed;
  return Decoded::ok;
}
Value encode_scalar(const Duration& value) {
  return Value::string(format_duration(value.value));
}

Decoded decode_scalar(const Value& value, ByteSize& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  const auto text = text_form(value, Codec<ByteSize>::type, context, result);
  if (!text) return result;
  const auto parsed = parse_byte_size(*text);
  if (!parsed)
    return context.reject(value, "C026", fmt::format("{} is not a size", quote(*text)),
                          "sizes are written as \"512B\", \"8KiB\", \"1MiB\"");
  out.bytes = *parsed;
  return Decoded::ok;
}
Value encode_scalar(const ByteSize& value) {
  return Value::string(format_byte_size(value.bytes));
}

Decoded decode_scalar(const Value& value, Regex& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  auto text = text_form(value, Codec<Regex>::type, context, result);
  if (!text) return result;
  out = {.source = std::move(*text), .compiled = nullptr};
  return out.source.empty() ? Decoded::ok : compile(value, out.source, context, out.compiled);
}
Value encode_scalar(const Regex& value) {
  return Value::string(value.source);
}

Decoded decode_scalar(const Value& value, AnchoredRegex& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  auto text = text_form(value, Codec<AnchoredRegex>::type, context, result);
  if (!text) return result;
  out = {.source = std::move(*text), .compiled = nullptr};
  const std::string anchored = "^(?s:" + out.source + ")$";
  if (auto compiled = compile_regex(anchored); compiled->ok()) out.compiled = std::move(compiled);
  // Alone too, for a message about the user's own text, and because "a)(b" must not become a regex
  // by the parentheses put around it.
  if (out.compiled && out.source.find(')') == std::string::npos) return Decoded::ok;
  std::shared_ptr<const re2::RE2> alone;
  if (compile(value, out.source, context, alone) == Decoded::failed) return Decoded::failed;
  return out.compiled ? Decoded::ok : compile(value, anchored, context, out.compiled);
}
Value encode_scalar(const AnchoredRegex& value) {
  return Value::string(value.source);
}

Decoded decode_scalar(const Value& value, Url& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  auto text = text_form(value, Codec<Url>::type, context, result);
  if (!text) return result;
  if (const auto problem = text->empty() ? std::nullopt : url_problem(*text))
    return context.reject(
        value, "C022",
        fmt::format("{} is not a URL: {}", quote(diag::without_passwords(*text)), *problem),
        "URLs are written as \"http://host:port/path\"");
  out.text = std::move(*text);
  return Decoded::ok;
}
Value encode_scalar(const Url& value) {
  return Value::string(value.text);
}

Decoded decode_scalar(const Value& value, HostPort& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  out.place = context.place(value);
  auto text = text_form(value, Codec<HostPort>::type, context, result);
  if (!text) return result;
  if (const auto problem = host_port_problem(*text))
    return context.reject(value, "C023",
                          fmt::format("{} is not host:port: {}", quote(*text), *problem),
                          "addresses are written as \"127.0.0.1:51400\"");
  out.text = std::move(*text);
  return Decoded::ok;
}
Value encode_scalar(const HostPort& value) {
  return Value::string(value.text);
}

Decoded decode_scalar(const Value& value, LabelName& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  auto text = text_form(value, Codec<LabelName>::type, context, result);
  if (!text) return result;
  if (!base::is_label_name(*text))
    return context.reject(value, "C024", fmt::format("{} is not a label name", quote(*text)),
                          "label names consist of letters, digits and _, and start with no digit");
  out.text = std::move(*text);
  return Decoded::ok;
}
Value encode_scalar(const LabelName& value) {
  return Value::string(value.text);
}

Decoded decode_scalar(const Value& value, LabelMap& out, DecodeContext& context) {
  out.entries.clear();
  Decoded result = Decoded::ok;
  if (!is_plain(value, Codec<LabelMap>::type, context, result)) return result;
  const Object* fields = value.as_object();
  if (!fields) return context.mismatch(value, Codec<LabelMap>::type);
  for (const auto& [name, element] : *fields) {
    if (!base::is_label_name(name))
      result =
          context.reject(element, "C024", fmt::format("{} is not a label name", quote(name)),
                         "label names consist of letters, digits and _, and start with no digit");
    result = worse(result, Codec<std::string>::decode(element, out.entries[name], context));
  }
  return result;
}
Value encode_scalar(const LabelMap& value) {
  Object out;
  for (const auto& [name, text] : value.entries) out.emplace_back(name, Value::string(text));
  return Value::object(std::move(out));
}

}  // namespace river::schema
