#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "telemetry/otlp/value.h"

namespace re2 {
class RE2;
}

/// The OpenTelemetry Transformation Language, as far as configurations use it: statements that
/// change one item, and conditions on it. docs/otlp.md lists paths and functions.
///
///     set(attributes["http.path"], Concat(["/", name], "")) where kind == SPAN_KIND_SERVER
///
/// It is parsed once (parser.h), with errors that have a place, and run on items (run.h).
namespace ottl {

/// What statements work on. A statement sees its context and those above it.
enum class Context : uint8_t { resource, scope, span, span_event, metric, data_point, log };
std::string_view name_of(Context context);
/// "span", "spanevent", "datapoint"; instrumentation_scope is an older name of scope.
std::optional<Context> context_of(std::string_view name);
/// Whether statements of `inner` can name fields of `outer`.
bool can_see(Context inner, Context outer);

/// How a field is read and written.
enum class Access : uint8_t {
  text,
  integer,
  real,
  boolean,
  id,           ///< bytes
  id_text,      ///< the same in hexadecimal
  kind_text,    ///< the enumerator's name, "Server"
  attributes,   ///< a map
  value,        ///< an AnyValue
  value_text,   ///< the same as text; read only
  status_text,  ///< of the span's status
  status_code,
  metric_type,   ///< read only
  data_integer,  ///< of a metric's data: temporality, whether it is monotonic
  data_boolean,
};

/// One step into a map or a list.
struct Step {
  std::string key;
  int64_t index = -1;  ///< >= 0: into a list
};

/// A field, and the way to something in it.
struct Path {
  Context context = Context::resource;
  Access access = Access::text;
  uint32_t number = 0;  ///< of the field
  std::vector<Step> steps;
};

struct Function;
struct Expression;
using Expressions = std::vector<Expression>;

/// A function and its arguments, in the order of its parameters.
struct Call {
  const Function* function = nullptr;
  Expressions arguments;
  std::vector<Step> steps;                  ///< into the result
  std::shared_ptr<const re2::RE2> pattern;  ///< of a function that has one
};

enum class Operator : uint8_t {
  add,
  subtract,
  multiply,
  divide,
  equal,
  unequal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  logical_and,
  logical_or,
  logical_not,
};

struct Operation {
  Operator op = Operator::add;
  Expressions operands;  ///< one of logical_not, else two
};

struct List {
  Expressions elements;
};

/// A value that is written. `text` is what `value` views, if it is text or bytes.
struct Literal {
  std::shared_ptr<const std::string> text;
  telemetry::otlp::Value value;
};

struct Expression {
  std::variant<Literal, Path, Call, Operation, List> node;
};

/// One line of a configuration.
struct Statement {
  Call editor;
  std::optional<Expression> condition;
};

}  // namespace ottl
