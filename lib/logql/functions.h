#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace logql {

/// What a function of LogQL is made of.
struct Function {
  enum class Kind : uint8_t { unknown, range_aggregation, vector_aggregation };
  Kind kind = Kind::unknown;
  bool takes_number = false;  ///< before the operand: topk(5, ...)
};

/// The function of this name, given in small letters.
Function find_function(std::string_view name);

/// What to tell somebody who wrote a name that is no function: the closest one, or that it is
/// PromQL's.
std::string unknown_function(std::string_view name);

}  // namespace logql
