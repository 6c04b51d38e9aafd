#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace compiler::migrate::streams {

/// A template as the text that it could render to, without running it. Lines stay where they are.
struct PlainTemplate {
  std::string text;
  /// {{ expressions }} in order; the text has a word for each in its place.
  std::vector<std::string> expressions;
  bool has_branches = false;  ///< there is an {% else %} or {% elif %}

  /// Some expression's word is in `value`.
  bool has_expression(std::string_view value) const;
  /// The words in `value` put back.
  std::string restored(std::string_view value) const;
};

enum class Branch { first, last };

/// Takes comments and {% tags %} out. Of each {% if %} the first or the last branch stays; what
/// stands in a loop stays once. A tag that does not end stays as it is.
PlainTemplate without_jinja(std::string_view source, Branch branch);

}  // namespace compiler::migrate::streams
