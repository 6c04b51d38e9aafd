#pragma once
#include <string_view>
#include <vector>

#include "river/diag/diagnostics.h"

/// Values of an inventory with their places, of which the model of a host is made.
namespace compiler::host {

/// A text with the place that gave it. `span` unknown: it is a default.
struct Text {
  std::string_view value;
  river::diag::Span span;

  bool given() const { return span.known(); }
};

using TextList = std::vector<Text>;
struct Label {
  std::string_view name;
  Text value;
  river::diag::Span name_span = {};
};
using LabelList = std::vector<Label>;

/// Where a signal goes.
struct Backend {
  Text url, tenant, username, username_env, password_env, password_file, password, bearer_token_env;
  LabelList external_labels;
  river::diag::Span span;  ///< of its map
  river::diag::Span basic_auth_span;

  bool given() const { return span.known(); }
};

/// A boolean with the place that gave it. `span` unknown: it is not given.
struct Switch {
  bool is_on = false;
  river::diag::Span span = {};

  bool given() const { return span.known(); }
};

}  // namespace compiler::host
