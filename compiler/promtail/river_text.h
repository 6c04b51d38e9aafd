#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/yaml/yaml.h"

namespace compiler::promtail {

/// How a setting becomes an attribute.
enum class Kind : uint8_t {
  text,
  pattern,   ///< a regex or a template: ${...} is a group of it unless variables are expanded
  literal,   ///< a number or a boolean
  size,      ///< bytes: 8kb is 8 KiB
  texts,     ///< one or a list
  joined,    ///< a list as one text, separated by commas
  map,       ///< of texts
  list,      ///< of literals
  duration,  ///< of Prometheus: days, weeks and years are hours here
  word,      ///< capitals count for nothing
};

/// A setting with the attribute that it becomes.
struct Setting {
  std::string_view key;
  std::string_view attribute;
  Kind kind = Kind::text;
};

/// Writes blocks and attributes one after the other; layout is the printer's. Knows for each line
/// which place of the other configuration it is made of.
class RiverText {
 public:
  /// What is written from now on is made of this place.
  void at(river::diag::Span place) { place_ = place; }
  void open(std::string_view name, std::string_view label = {});
  void close() { add("}\n"); }
  /// `expression` is River.
  void set(std::string_view name, std::string_view expression);
  void comment(std::string_view text);
  const std::string& text() const { return text_; }
  /// What a line of the text, from 1, is made of.
  river::diag::Span place_of(uint32_t line) const;

 private:
  void add(std::string_view text);

  std::string text_;
  river::diag::Span place_;
  std::vector<river::diag::Span> places_;  ///< of the lines that are complete
};

/// A text as an expression: "${NAME:default}" becomes sys.env("NAME") with that default, as
/// Promtail has it with -config.expand-env. `expands` false: the text is taken as it is.
/// Of odd_variables() it has the values as they are.
std::string text_expression(std::string_view text, bool expands);
/// The text names a variable of the environment.
bool has_variable(std::string_view text);
/// Names that stand behind "${".
std::set<std::string> variables_in(std::string_view text);
/// Names of variables with which the text does what River cannot: ${NAME:0:3}, ${NAME/a/b}.
std::vector<std::string> odd_variables(std::string_view text);
/// A text without the defaults of its variables that are spelled out.
std::string secret_expression(std::string_view text);
/// secret_expression() leaves something out.
bool has_default(std::string_view text);
/// The first of these characters that is in no "${...}".
size_t find_outside_variables(std::string_view text, std::string_view any, size_t from);

/// A size as Promtail reads it: units are powers of 1024 and may be small letters. What is no size
/// stays text, for the check to find.
std::string size_expression(std::string_view text);
/// "1d" is "24h".
std::string duration_expression(std::string_view text);
/// {a = "x", b = "y"} out of names and expressions.
std::string object_expression(const std::vector<std::pair<std::string, std::string>>& fields);
/// [a, b] out of expressions.
std::string list_expression(const std::vector<std::string>& items);
/// "https://user:password@host/path" in its parts, as they are written; the login may be empty.
struct UrlParts {
  std::string user, password, rest;
  bool is_cut = false;  ///< a /, ? or # in the login ends it: what is behind looks like a path
};
UrlParts parts_of(std::string_view url);
/// A percent sign without two hex digits stays as it is.
std::string percent_decoded(std::string_view text);
std::string upper(std::string_view text);
/// The text as a label of a block: letters, digits and _, not beginning with a digit.
std::string identifier(std::string_view text);

}  // namespace compiler::promtail
