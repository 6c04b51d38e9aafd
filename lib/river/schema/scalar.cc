#include "river/schema/scalar.h"

#include <cmath>
#include <limits>

#include "river/schema/decode.h"
#include "river/schema/text.h"

namespace river::schema {

namespace {

bool is_secret_type(const Type& type) {
  return type.capsule == kSecretType.capsule || type.capsule == kOptionalSecretType.capsule;
}

bool fits_scalar(const Type& from, const Type& to) {
  if (from.capsule == kOptionalSecretType.capsule) return to.kind != Kind::boolean;
  if (to.kind == Kind::boolean) return from.kind == Kind::boolean;
  return from.kind == Kind::string || from.kind == Kind::number;
}

/// How messages call what was given.
std::string given_name(const Value& value) {
  if (const Unknown* unknown = value.as_unknown())
    return unknown->type ? type_name(*unknown->type) : "an unknown value";
  if (value.as_secret()) return "secret";
  if (const Capsule* capsule = value.as_capsule()) return std::string(capsule->kind);
  return std::string(kind_name(value.kind()));
}

bool is_single(const Value& value) {
  if (const Unknown* unknown = value.as_unknown())
    return unknown->type && !unknown->type->is_any && unknown->type->kind != Kind::array;
  return !value.as_array();
}

/// A component where one of its exports is wanted: the export of that type; empty: it has none.
std::string_view export_of_type(const Value& value, const Type& wanted) {
  if (value.as_object() == nullptr) return {};
  for (const auto& [name, field] : *value.as_object()) {
    const Unknown* unknown = field.as_unknown();
    const Capsule* capsule = field.as_capsule();
    const bool fits = capsule != nullptr ? capsule->kind == wanted.capsule
                                         : unknown != nullptr && unknown->type != nullptr &&
                                               unknown->type->capsule == wanted.capsule;
    if (fits) return name;
  }
  return {};
}

/// What to write instead, where the slip is a common one.
std::string mismatch_help(const Value& value, const Type& wanted) {
  const std::string* text = value.as_string();
  if (wanted.kind == Kind::boolean && text && (*text == "true" || *text == "false"))
    return fmt::format("write {} without quotes", *text);
  if (wanted.kind == Kind::string && value.as_bool()) return "put it in quotes";
  if (wanted.kind == Kind::array && is_single(value)) return "a list is written in brackets: [...]";
  if (wanted.kind != Kind::capsule || wanted.capsule.empty() || is_secret_type(wanted)) return {};
  if (const std::string_view name = export_of_type(value, wanted); !name.empty())
    return fmt::format("this is the whole component: add .{} for what it exports", name);
  return fmt::format("refer to an export of type {}", wanted.capsule);
}

/// The number that a value stands for: a number, or text that parses.
std::optional<Number> number_of(const Value& value, const Type& wanted, DecodeContext& context,
                                Decoded& result) {
  if (!is_plain(value, wanted, context, result)) return std::nullopt;
  if (const Number* number = value.as_number()) return *number;
  std::string text;
  if (!value.as_string() && !value.as_secret()) {
    result = context.mismatch(value, wanted);
    return std::nullopt;
  }
  if (!text_of(value, wanted, context, text)) {
    result = Decoded::failed;
    return std::nullopt;
  }
  const std::optional<Number> parsed = number_from_text(text);
  if (!parsed)
    result = context.reject(value, "C027", fmt::format("{} is not a number", quote(text)));
  return parsed;
}

/// True when a float's whole part can be held by T.
template <class T>
bool in_range(double number) {
  // Both bounds are powers of two, so they are exact; max() itself would round up.
  const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
  return std::trunc(number) >= static_cast<double>(std::numeric_limits<T>::min()) && number < above;
}

/// A fraction is cut off, as the reference does; what does not fit is refused rather than wrapped.
template <class T>
std::optional<T> whole(const Number& number) {
  switch (number.rank) {
    case Number::Rank::floating:
      if (!in_range<T>(number.f)) return std::nullopt;
      return static_cast<T>(number.f);
    case Number::Rank::unsigned_int:
      if (!std::in_range<T>(number.u)) return std::nullopt;
      return static_cast<T>(number.u);
    case Number::Rank::signed_int:
      break;
  }
  if (!std::in_range<T>(number.i)) return std::nullopt;
  return static_cast<T>(number.i);
}

template <class T>
Decoded decode_whole(const Value& value, T& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = 0;
  const auto number = number_of(value, Codec<T>::type, context, result);
  if (!number) return result;
  const auto converted = whole<T>(*number);
  if (!converted)
    return context.reject(
        value, "C028",
        fmt::format("{} is out of range for {}", number_to_text(*number), Codec<T>::type.name));
  out = *converted;
  return Decoded::ok;
}

}  // namespace

Decoded worse(Decoded a, Decoded b) {
  return std::max(a, b);
}

diag::Span DecodeContext::place(const Value& value) const {
  return value.origin.known() ? value.origin : span;
}

Decoded DecodeContext::mismatch(const Value& value, const Type& wanted) {
  const std::string subject = name.empty() ? "value" : fmt::format("\"{}\"", name);
  // "label name" is no word of the language.
  const bool is_phrase = wanted.name.find(' ') != std::string_view::npos &&
                         wanted.name.find('(') == std::string_view::npos;
  auto& report = diagnostics.error("C010", place(value), "{} should be {}{}, got {}", subject,
                                   is_phrase ? "a " : "", type_name(wanted), given_name(value));
  if (std::string help = mismatch_help(value, wanted); !help.empty())
    report.with_help(std::move(help));
  return Decoded::failed;
}

Decoded DecodeContext::reject(const Value& value, std::string_view code, std::string message,
                              std::string help) {
  const std::string subject = name.empty() ? "" : fmt::format("\"{}\": ", name);
  auto& report = diagnostics.error(code, place(value), "{}{}", subject, message);
  if (!help.empty()) report.with_help(std::move(help));
  return Decoded::failed;
}

bool may_fit(const Type& from, const Type& to) {
  if (from.is_any || to.is_any || from.kind == Kind::null) return true;
  if (is_secret_type(to)) return from.kind == Kind::string || is_secret_type(from);
  if (&from == &kBytesType && to.kind == Kind::string) return true;
  switch (to.kind) {
    case Kind::string:
    case Kind::number:
    case Kind::boolean:
      return fits_scalar(from, to);
    case Kind::array:
    case Kind::object:
      if (from.kind != to.kind) return false;
      return !from.element || !to.element || may_fit(*from.element, *to.element);
    case Kind::capsule:
      return from.kind == Kind::capsule && from.capsule == to.capsule;
    case Kind::null:
    case Kind::function:
      break;
  }
  return from.kind == to.kind;
}

bool is_plain(const Value& value, const Type& wanted, DecodeContext& context, Decoded& result) {
  result = Decoded::ok;
  if (value.is_null()) return false;
  const Unknown* unknown = value.as_unknown();
  if (!unknown) return true;
  const bool fits = !unknown->type || may_fit(*unknown->type, wanted);
  result = fits ? Decoded::unknown : context.mismatch(value, wanted);
  return false;
}

bool text_of(const Value& value, const Type& wanted, DecodeContext& context, std::string& out) {
  if (const std::string* text = value.as_string()) {
    out = *text;
    return true;
  }
  if (const std::string* bytes = value.as_bytes()) {
    out = *bytes;
    return true;
  }
  if (const Number* number = value.as_number()) {
    out = number_to_text(*number);
    return true;
  }
  const SecretValue* secret = value.as_secret();
  if (!secret) {
    context.mismatch(value, wanted);
    return false;
  }
  if (secret->is_secret) {
    context.reject(value, "C012", "a secret may not be converted into a string",
                   "convert.nonsensitive(...) does it on purpose");
    return false;
  }
  out = secret->text.reveal();
  return true;
}

Decoded decode_scalar(const Value& value, std::string& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out.clear();
  if (!is_plain(value, Codec<std::string>::type, context, result)) return result;
  return text_of(value, Codec<std::string>::type, context, out) ? Decoded::ok : Decoded::failed;
}
Value encode_scalar(const std::string& value) {
  return Value::string(value);
}

Decoded decode_scalar(const Value& value, bool& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = false;
  if (!is_plain(value, Codec<bool>::type, context, result)) return result;
  const bool* known = value.as_bool();
  if (!known) return context.mismatch(value, Codec<bool>::type);
  out = *known;
  return Decoded::ok;
}
Value encode_scalar(const bool& value) {
  return Value::boolean(value);
}

Decoded decode_scalar(const Value& value, int64_t& out, DecodeContext& context) {
  return decode_whole(value, out, context);
}
Value encode_scalar(const int64_t& value) {
  return Value::number(value);
}

Decoded decode_scalar(const Value& value, uint64_t& out, DecodeContext& context) {
  return decode_whole(value, out, context);
}
Value encode_scalar(const uint64_t& value) {
  return Value::number(Number::of(value));
}

Decoded decode_scalar(const Value& value, double& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = 0;
  const auto number = number_of(value, Codec<double>::type, context, result);
  if (!number) return result;
  switch (number->rank) {
    case Number::Rank::floating:
      out = number->f;
      break;
    case Number::Rank::unsigned_int:
      out = static_cast<double>(number->u);
      break;
    case Number::Rank::signed_int:
      out = static_cast<double>(number->i);
      break;
  }
  return Decoded::ok;
}
Value encode_scalar(const double& value) {
  return Value::number(value);
}

Decoded decode_scalar(const Value& value, Value& out, DecodeContext&) {
  out = value;
  return value.has_unknown() ? Decoded::unknown : Decoded::ok;
}
Value encode_scalar(const Value& value) {
  return value;
}

Decoded decode_scalar(const Value& value, base::Secret& out, DecodeContext& context) {
  Decoded result = Decoded::ok;
  if (value.is_null()) out = {};
  if (!is_plain(value, Codec<base::Secret>::type, context, result)) return result;
  if (const std::string* text = value.as_string()) {
    out = base::Secret(*text);
  } else if (const SecretValue* secret = value.as_secret()) {
    out = secret->text;
  } else {
    return context.mismatch(value, Codec<base::Secret>::type);
  }
  return Decoded::ok;
}
Value encode_scalar(const base::Secret& value) {
  return Value::secret({.text = value});
}

Decoded decode_scalar(const Value& value, OptionalSecret& out, DecodeContext& context) {
  out.is_secret = value.as_secret() && value.as_secret()->is_secret;
  return Codec<base::Secret>::decode(value, out.text, context);
}
Value encode_scalar(const OptionalSecret& value) {
  return Value::secret({.text = value.text, .is_secret = value.is_secret, .optional = true});
}

}  // namespace river::schema
