#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "ottl/ast.h"
#include "telemetry/otlp/model.h"

namespace ottl {

/// What an evaluation works on; nullptr: the context has none.
struct Target {
  telemetry::otlp::Node* resource_data = nullptr;  ///< ResourceSpans and so on
  telemetry::otlp::Node* scope_data = nullptr;     ///< ScopeSpans and so on
  telemetry::otlp::Node* item = nullptr;           ///< span, log record or data point
  telemetry::otlp::Node* metric = nullptr;
  telemetry::otlp::Node* event = nullptr;
};

/// Evaluates expressions and statements on one target. What goes wrong with the data (a text where
/// a number is needed) ends the statement: error() says what, and is empty otherwise.
class Run {
 public:
  using Value = telemetry::otlp::Value;

  explicit Run(const Target& target) : target_(target) {}

  /// Whether the condition holds; a value that is not a boolean is an error.
  bool test(const Expression& condition);
  /// Does what the statement says, if its condition holds.
  void execute(const Statement& statement);

  // For functions.
  Value evaluate(const Expression& expression);
  Value get(const Path& path);
  /// Nil changes nothing.
  void set(const Path& path, const Value& value);
  /// Keeps a text as long as the run lasts, for a Value.
  std::string_view keep(std::string_view text) { return memory_.text(text); }
  void fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }
  const Target& target() const { return target_; }

  const std::string& error() const { return error_; }
  void clear_error() { error_.clear(); }

 private:
  using Node = telemetry::otlp::Node;

  Node* node_of(Context context, bool makes);
  Value get_attributes(Node& node, const std::vector<Step>& steps);
  void set_attributes(Node& node, const std::vector<Step>& steps, const Value& value);
  void set_id(Node& node, uint32_t number, const Value& value, bool is_text);
  void set_number(Node& node, const Path& path, const Value& value);
  Value operate(const Operation& operation);
  Value calculate(Operator op, const Value& left, const Value& right);

  Target target_;
  base::Arena memory_;
  std::string error_;
};

/// Calls `visit` for each target of a context in a request: each span, each span event and so on.
void each_target(telemetry::otlp::Document& document, Context context,
                 const std::function<void(const Target&)>& visit);
/// Removes those of which `is_gone` says so, and what is empty without them.
void erase_targets(telemetry::otlp::Document& document, Context context,
                   const std::function<bool(const Target&)>& is_gone);

/// The value at the end of the way; empty when there is none.
telemetry::otlp::Value member_at(telemetry::otlp::Value value, std::span<const Step> steps);
/// The container with another value at the end of the way, which is made as far as it is missing;
/// its bytes are in `memory`. Nothing for an index that a list does not have.
std::optional<telemetry::otlp::Value> with_member(const telemetry::otlp::Value& container,
                                                  std::span<const Step> steps,
                                                  const telemetry::otlp::Value& value,
                                                  base::Arena& memory);
/// Numbers of both kinds compare by value; values of different types are unequal.
bool are_equal(const telemetry::otlp::Value& left, const telemetry::otlp::Value& right);
/// "a string", for messages.
std::string_view kind_name(const telemetry::otlp::Value& value);

}  // namespace ottl
