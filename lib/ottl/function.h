#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "ottl/ast.h"
#include "ottl/run.h"

/// What statements can name: functions, fields and enumerators.
namespace ottl {

/// What an argument must be.
struct Parameter {
  enum class Kind : uint8_t {
    value,
    path,       ///< that is written to
    pattern,    ///< a regex, written as a text
    wildcards,  ///< a text with * and ?
  };
  std::string_view name;
  Kind kind = Kind::value;
  bool is_optional = false;  ///< then the argument is nil
};

/// A function. Editors change an item and stand for themselves; converters give a value. Arguments
/// are as many as the parameters.
struct Function {
  std::string_view name;
  std::span<const Parameter> parameters;
  void (*edit)(Run& run, const Call& call) = nullptr;
  telemetry::otlp::Value (*convert)(Run& run, const Call& call) = nullptr;
  bool is_of_metrics = false;  ///< only statements of the context metric have it
};

/// nullptr: there is no such function here.
const Function* find_function(std::string_view name);

/// All of them, editors and converters apart.
std::span<const Function> editors();
std::span<const Function> converters();

/// A field that statements can name.
struct PathField {
  Context context;
  std::string_view name;  ///< "status.code"
  Access access;
  uint32_t number = 0;
};

/// nullptr: the context has no such field.
const PathField* find_path(Context context, std::string_view name);
/// The number that a name in capitals stands for: SPAN_KIND_SERVER, SEVERITY_NUMBER_INFO,
/// STATUS_CODE_ERROR, METRIC_DATA_TYPE_SUM, AGGREGATION_TEMPORALITY_DELTA.
std::optional<int64_t> enumerator(std::string_view name);

}  // namespace ottl
