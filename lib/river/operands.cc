#include "river/operands.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>

#include "base/ensure.h"
#include "river/number.h"

namespace river {

namespace {

using ast::Op;
using Answer = tl::expected<Value, OperandError>;

/// What an operator takes, in the order in which messages list it.
struct Rule {
  Op op;
  std::string_view spelling;
  std::initializer_list<Kind> operands;
  const Type* result;  ///< nullptr: that of the operands
};

const Rule& rule_of(Op op) {
  static constexpr auto kBool = {Kind::boolean};
  static constexpr auto kNumber = {Kind::number};
  static constexpr auto kOrdered = {Kind::number, Kind::string};
  static constexpr auto kAddable = {Kind::number, Kind::string, Kind::capsule};
  static constexpr Rule kRules[] = {
      {Op::logical_or, "||", kBool, &kBoolType},  {Op::logical_and, "&&", kBool, &kBoolType},
      {Op::less, "<", kOrdered, &kBoolType},      {Op::less_equal, "<=", kOrdered, &kBoolType},
      {Op::greater, ">", kOrdered, &kBoolType},   {Op::greater_equal, ">=", kOrdered, &kBoolType},
      {Op::add, "+", kAddable, nullptr},          {Op::subtract, "-", kNumber, &kNumberType},
      {Op::multiply, "*", kNumber, &kNumberType}, {Op::divide, "/", kNumber, &kNumberType},
      {Op::modulo, "%", kNumber, &kNumberType},   {Op::power, "^", kNumber, &kNumberType},
  };
  const Rule* rule =
      std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& r) { return r.op == op; });
  ENSURE(rule != std::end(kRules));
  return *rule;
}

bool is_text(const Value& value) {
  return value.as_string() != nullptr || value.as_secret() != nullptr;
}

const std::string& text_of(const Value& value) {
  return value.as_string() != nullptr ? *value.as_string() : value.as_secret()->text.reveal();
}

Value as_secret(const Value& value, bool optional) {
  return Value::secret({base::Secret(text_of(value)), true, optional});
}

// Brings a string and a secret, or two sorts of secrets, to one type: secret over optional over
// string. Two optional ones stay, and so does everything else.
void normalise(Value& left, Value& right) {
  if (!is_text(left) || !is_text(right)) return;
  const SecretValue* l = left.as_secret();
  const SecretValue* r = right.as_secret();
  if (l == nullptr && r == nullptr) return;
  if ((l != nullptr && !l->optional) || (r != nullptr && !r->optional)) {
    left = as_secret(left, false);
    right = as_secret(right, false);
  } else if (l == nullptr || r == nullptr) {
    const bool secret = (l != nullptr ? l : r)->is_secret;
    left = secret ? as_secret(left, true) : Value::string(text_of(left));
    right = secret ? as_secret(right, true) : Value::string(text_of(right));
  }
}

// An unknown of which the operand's kind cannot be told: an optional secret may be a string.
bool is_open(const Value& value) {
  return is_any_unknown(value) ||
         (value.is_unknown() && value.as_unknown()->type->capsule == kOptionalSecretType.capsule);
}

std::optional<OperandError> check_operand(const Rule& rule, const Value& value, bool right) {
  const auto allowed = rule.operands;
  if (is_open(value) || std::find(allowed.begin(), allowed.end(), value.kind()) != allowed.end())
    return std::nullopt;
  std::string names;
  for (const Kind kind : allowed) names.append(names.empty() ? "" : " ").append(kind_name(kind));
  return OperandError{"R051", right,
                      fmt::format("should be one of [{}] for binop {}, got {}", names,
                                  rule.spelling, kind_name(value.kind()))};
}

std::string_view shown_kind(const Value& value) {
  return is_any_unknown(value) ? "any" : kind_name(value.kind());
}

bool is_plain_capsule(const Value& value) {
  return !is_open(value) && value.kind() == Kind::capsule && !is_secret_like(value);
}

bool may_agree(const Value& left, const Value& right) {
  if (is_open(left) || is_open(right) || left.kind() == right.kind()) return true;
  // A secret of which only the type is known has not been brought to one type with its partner.
  const auto textual = [](const Value& v) { return v.kind() == Kind::string || is_secret_like(v); };
  return (left.is_unknown() || right.is_unknown()) && textual(left) && textual(right);
}

std::optional<OperandError> check(const Rule& rule, const Value& left, const Value& right) {
  if (auto error = check_operand(rule, left, false)) return error;
  if (auto error = check_operand(rule, right, true)) return error;
  if (!may_agree(left, right))
    return OperandError{
        "R051", true,
        fmt::format("should be {}, got {}", kind_name(left.kind()), kind_name(right.kind()))};
  if (is_plain_capsule(left) || is_plain_capsule(right))
    return OperandError{"R051", !is_plain_capsule(left),
                        fmt::format("could not perform binop {} for unknown types lhs {} rhs {}",
                                    rule.spelling, shown_kind(left), shown_kind(right))};
  return std::nullopt;
}

// The type of a sum with an unknown part, as far as it is certain.
const Type* sum_type(const Value& left, const Value& right) {
  const auto either = [&](auto test) { return test(left) || test(right); };
  const auto is_number = [](const Value& v) {
    return !is_any_unknown(v) && v.kind() == Kind::number;
  };
  const auto is_secret = [](const Value& v) {
    if (const SecretValue* known = v.as_secret()) return !known->optional;
    return is_secret_like(v) && !is_open(v);
  };
  if (either(is_number)) return &kNumberType;
  if (either(is_secret)) return &kSecretType;
  if (either(is_any_unknown)) return &kAnyType;
  return either(is_secret_like) ? &kOptionalSecretType : &kStringType;
}

Value unknown_result(const Rule& rule, const Value& left, const Value& right) {
  if (is_silent(left) || is_silent(right)) return Value::unknown();
  return Value::unknown(rule.result != nullptr ? rule.result : sum_type(left, right));
}

Value equality(Op op, const Value& left, const Value& right) {
  if (is_silent(left) || is_silent(right)) return Value::unknown();
  if (left.has_unknown() || right.has_unknown()) return Value::unknown(&kBoolType);
  return Value::boolean((left == right) == (op == Op::equal));
}

Value add_text(const Value& left, const Value& right) {
  std::string sum = text_of(left) + text_of(right);
  const SecretValue* l = left.as_secret();
  if (l == nullptr) return Value::string(std::move(sum));
  const bool secret = l->is_secret || right.as_secret()->is_secret;
  return Value::secret({base::Secret(std::move(sum)), secret, l->optional});
}

bool compare_text(Op op, const std::string& left, const std::string& right) {
  const auto order = Number::of(int64_t{left.compare(right)});
  return compare(op, order, Number::of(int64_t{0}));
}

Value compute(const Rule& rule, const Value& left, const Value& right) {
  const Op op = rule.op;
  if (const bool* l = left.as_bool())
    return Value::boolean(op == Op::logical_or ? *l || *right.as_bool() : *l && *right.as_bool());
  if (const Number* l = left.as_number())
    return rule.result == &kBoolType ? Value::boolean(compare(op, *l, *right.as_number()))
                                     : Value::number(arithmetic(op, *l, *right.as_number()));
  if (op == Op::add) return add_text(left, right);
  return Value::boolean(compare_text(op, text_of(left), text_of(right)));
}

}  // namespace

tl::expected<Value, OperandError> apply_binary(ast::Op op, const Value& left_operand,
                                               const Value& right_operand) {
  Value left = left_operand;
  Value right = right_operand;
  normalise(left, right);
  if (op == Op::equal || op == Op::not_equal) return equality(op, left, right);

  const Rule& rule = rule_of(op);
  if (auto error = check(rule, left, right)) return tl::unexpected(*std::move(error));
  const Number* divisor = op == Op::divide || op == Op::modulo ? right.as_number() : nullptr;
  if (divisor != nullptr && is_zero(*divisor))
    return tl::unexpected(OperandError{"R052", true, "divide by zero error"});
  if (left.is_unknown() || right.is_unknown()) return unknown_result(rule, left, right);
  return compute(rule, left, right);
}

namespace {

using Converted = tl::expected<Value, Mismatch>;

Converted wrong_type(const Value& value, const Type& wanted) {
  return tl::unexpected(
      Mismatch{"R058",
               fmt::format("should be {}, got {}", kind_name(wanted.kind), kind_name(value.kind())),
               {}});
}

Converted unprintable_secret() {
  return tl::unexpected(Mismatch{"R060", "secrets may not be converted into strings", {}});
}

Converted unknown_to(const Value& value, const Type& wanted) {
  if (is_any_unknown(value)) return value;
  const Type& have = *value.as_unknown()->type;
  const bool optional = have.capsule == kOptionalSecretType.capsule;
  const bool textual =
      have.kind == Kind::string || have.kind == Kind::number || &have == &kBytesType;
  if (have.kind == wanted.kind && (have.kind != Kind::capsule || have.capsule == wanted.capsule))
    return value;
  if (wanted.kind == Kind::string && (textual || optional)) return Value::unknown(&kStringType);
  if (wanted.kind == Kind::string && have.capsule == kSecretType.capsule)
    return unprintable_secret();
  if (wanted.capsule == kSecretType.capsule && (have.kind == Kind::string || optional))
    return value;
  return wrong_type(value, wanted);
}

Converted to_string(const Value& value) {
  if (value.is_null()) return Value::string("");
  if (value.as_string() != nullptr) return value;
  if (const std::string* bytes = value.as_bytes()) return Value::string(*bytes);
  if (const Number* number = value.as_number()) return Value::string(number_to_text(*number));
  if (const SecretValue* secret = value.as_secret()) {
    if (secret->is_secret) return unprintable_secret();
    return Value::string(secret->text.reveal());
  }
  return wrong_type(value, kStringType);
}

/// Null is an empty list: an export is null until its component has found out.
Converted to_list(const Value& value, const Type& wanted) {
  if (value.is_null()) return Value::array({});
  if (wanted.element == nullptr)
    return value.as_array() ? Converted(value) : wrong_type(value, wanted);
  const Array* elements = value.as_array();
  if (elements == nullptr) return wrong_type(value, wanted);
  Array out;
  out.reserve(elements->size());
  for (size_t i = 0; i < elements->size(); ++i) {
    auto element = convert((*elements)[i], *wanted.element);
    if (!element) {
      element.error().path.insert(element.error().path.begin(), i);
      return element;
    }
    out.push_back(*std::move(element));
  }
  return Value::array(std::move(out));
}

Converted known_to(const Value& value, const Type& wanted) {
  switch (wanted.kind) {
    case Kind::string:
      return to_string(value);
    case Kind::array:
      return to_list(value, wanted);
    case Kind::boolean:
      if (value.is_null()) return Value::boolean(false);
      break;
    case Kind::capsule:
      // Functions that take secrets take plain text as well, and nothing as empty text.
      if (value.is_null()) return Value::string("");
      if (value.as_string() != nullptr || value.as_secret() != nullptr) return value;
      return wrong_type(value, wanted);
    default:
      break;
  }
  if (value.kind() == wanted.kind) return value;
  return wrong_type(value, wanted);
}

}  // namespace

tl::expected<Value, Mismatch> convert(const Value& value, const Type& wanted) {
  if (wanted.is_any) return value;
  return value.is_unknown() ? unknown_to(value, wanted) : known_to(value, wanted);
}

bool is_any_unknown(const Value& value) {
  const Unknown* unknown = value.as_unknown();
  return unknown != nullptr && (unknown->type == nullptr || unknown->type->is_any);
}

bool is_silent(const Value& value) {
  return value.is_unknown() && value.as_unknown()->type == nullptr;
}

bool is_secret_like(const Value& value) {
  if (value.as_secret() != nullptr) return true;
  if (is_any_unknown(value) || !value.is_unknown()) return false;
  const std::string_view capsule = value.as_unknown()->type->capsule;
  return capsule == kSecretType.capsule || capsule == kOptionalSecretType.capsule;
}

}  // namespace river
