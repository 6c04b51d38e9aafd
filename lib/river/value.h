#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "river/diag/source_map.h"
#include "river/type.h"

namespace river {

class Value;
struct Bytes;
using Array = std::vector<Value>;
/// Keys in the order in which they were written; a later duplicate replaces the earlier value.
using Object = std::vector<std::pair<std::string, Value>>;

/// A number keeps its kind: arithmetic and comparison depend on it.
struct Number {
  enum class Rank : uint8_t { unsigned_int, signed_int, floating };
  Rank rank = Rank::signed_int;
  union {
    int64_t i = 0;
    uint64_t u;
    double f;
  };
  static Number of(int64_t v) {
    Number n;
    n.i = v;
    return n;
  }
  static Number of(uint64_t v) {
    Number n;
    n.rank = Rank::unsigned_int;
    n.u = v;
    return n;
  }
  static Number of(double v) {
    Number n;
    n.rank = Rank::floating;
    n.f = v;
    return n;
  }
};

/// What a function of the standard library takes and gives. Everything in it lives forever.
struct Function {
  std::string_view name;  ///< dotted, "string.format"
  int arity_min = 0;
  int arity_max = 0;  ///< -1: any number
  /// The parameters' types; the last one also stands for all further arguments.
  std::span<const Type* const> parameters;
  const Type* result = &kAnyType;
  /// Gets as many arguments as the arity allows, all known and converted to the parameters' types
  /// (a number given for a string is a string, null is the type's empty value). Answers a value or
  /// a text for the user. nullptr: only the machine that runs the config knows the answer.
  base::Result<Value> (*call)(const std::vector<Value>& args) = nullptr;
  bool pure = true;  ///< false: the answer depends on the machine, so cfgc must not fold it
  /// true: `call` copes with unknown arguments and answers an unknown where it must.
  bool takes_unknown = false;
  bool experimental = false;  ///< to be refused below that stability level
};

/// A component's export that River can pass on but not look into. `kind` names the type.
struct Capsule {
  std::string_view kind;
  std::shared_ptr<void> pointer;
};

/// Text that may be secret: what local.file exports. Public text behaves as a string.
struct SecretValue {
  base::Secret text;
  bool is_secret = true;
  bool optional = false;  ///< came from an "optional secret" export
};

/// Known to exist, not known in value: what cfgc has for another component's export. Checking is
/// decoding with such values. `type` nullptr: nothing is known (an error was reported already).
struct Unknown {
  const Type* type = nullptr;
};

/// A River value. Copies are cheap: composite values are shared and immutable.
class Value {
 public:
  Value() = default;  // null
  static Value boolean(bool v);
  static Value number(Number v);
  static Value number(int64_t v) { return number(Number::of(v)); }
  static Value number(double v) { return number(Number::of(v)); }
  static Value string(std::string v);
  static Value array(Array v);
  /// An array that can also be taken as text.
  static Value bytes(std::string v);
  static Value object(Object v);
  static Value function(const Function* f);
  static Value capsule(Capsule c);
  static Value secret(SecretValue s);
  static Value unknown(const Type* type = nullptr);

  /// The language type; for an unknown its type's kind (ask is_unknown first).
  Kind kind() const;
  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_unknown() const { return std::holds_alternative<Unknown>(data_); }
  /// Unknown itself or holding an unknown at any depth.
  bool has_unknown() const;

  // Each returns nullptr when the value is of another type.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const Number* as_number() const { return std::get_if<Number>(&data_); }
  const std::string* as_string() const;
  const Array* as_array() const;
  /// The text of an array made by bytes(); nullptr for other arrays.
  const std::string* as_bytes() const;
  const Object* as_object() const;
  const Function* as_function() const;
  const Capsule* as_capsule() const { return std::get_if<Capsule>(&data_); }
  const SecretValue* as_secret() const;
  const Unknown* as_unknown() const { return std::get_if<Unknown>(&data_); }

  /// Object field by name, nullptr when absent.
  const Value* field(std::string_view name) const;

  /// Where the expression that made this value is; elements of literals keep their own.
  diag::Span origin;

  /// Numbers compare by value. Unknowns and functions equal nothing; capsules equal by pointer.
  /// Shared arrays and objects are equal without a look into them.
  bool operator==(const Value& other) const;

 private:
  using Data = std::variant<std::monostate, bool, Number, std::shared_ptr<const std::string>,
                            std::shared_ptr<const Array>, std::shared_ptr<const Object>,
                            const Function*, Capsule, std::shared_ptr<const SecretValue>,
                            std::shared_ptr<const Bytes>, Unknown>;
  explicit Value(Data data) : data_(std::move(data)) {}
  Data data_;
};

/// What decoding base64 gives: an array of numbers to the language, yet as good as a string where
/// a string is wanted.
struct Bytes {
  std::string text;
  Array numbers;
};

/// Text of a value for exports and messages. Secrets print as (secret).
std::string to_text(const Value& value);
/// Plain decimal notation, never an exponent.
std::string number_to_text(const Number& number);
/// Go %q quoting of a string, with the quotes.
std::string quote(std::string_view text);

}  // namespace river
