#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// LogQL as Grafana's users write it: the language of Loki, with Grafana's variables in any place.
/// The tree keeps the place of every part, so that a part can be replaced and the rest stays.
namespace logql {

/// A half-open range of bytes of the query's text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// A Grafana variable: $name, ${name}, ${name:format}, ${name.field}, [[name]], [[name:format]].
struct Variable {
  std::string name;
  std::string format;  ///< "regex", "pipe", ...; empty when not given
  Span span;
  std::string field;      ///< "text" of ${name.text}; empty when not given
  std::string written;    ///< the whole of it, as written in the query
  uint32_t in_value = 0;  ///< the byte of its Text::value that `written` begins at
};

/// How a text was written. A variable that stands alone for a value has no quotes.
enum class Quotes : uint8_t { none, double_quotes, backquotes };

/// A name, string or number as it was meant. `value` is without quotes and escapes; variables stand
/// in it as they were written.
struct Text {
  std::string value;
  Span span;  ///< with the quotes
  std::vector<Variable> variables;
  Quotes quotes = Quotes::none;
};

enum class MatchOp : uint8_t { equal, not_equal, regex, not_regex };

struct Matcher {
  Text name;
  MatchOp op = MatchOp::equal;
  Text value;
  Span span;
};

/// {a="b", c=~"d"}; `variables` are those that stand for whole matchers.
struct Selector {
  std::vector<Matcher> matchers;
  std::vector<Variable> variables;
  Span span;
  bool bare = false;  ///< no braces: one variable stands for the whole of {...}
};

enum class LineOp : uint8_t { contains, not_contains, regex, not_regex, pattern, not_pattern };
struct LineFilter {
  LineOp op = LineOp::contains;
  struct Choice {
    Text text;
    bool is_ip = false;  ///< ip("...")
  };
  std::vector<Choice> choices;  ///< joined with `or`
};

enum class ParserKind : uint8_t { json, logfmt, regexp, pattern, unpack };
struct Parser {
  ParserKind kind = ParserKind::json;
  Text pattern;                    ///< of regexp and pattern
  std::vector<std::string> flags;  ///< "--strict", "--keep-empty"
  struct Extraction {
    Text label;
    Text expression;  ///< empty span: `json status`, the label's own name
  };
  std::vector<Extraction> extractions;
};

enum class CompareOp : uint8_t {
  equal,  ///< = or ==
  not_equal,
  regex,
  not_regex,
  less,
  less_or_equal,
  greater,
  greater_or_equal
};
/// | a="b" and (c > 10ms or d != ip("..."))
struct LabelFilter {
  /// variable: `name` holds a variable that stands for a whole condition.
  enum class Kind : uint8_t { compare, all_of, any_of, variable };
  enum class ValueKind : uint8_t { string, ip, number, duration, bytes };
  Kind kind = Kind::compare;
  Text name;
  CompareOp op = CompareOp::equal;
  ValueKind value_kind = ValueKind::string;
  Text value;
  std::vector<LabelFilter> parts;  ///< of all_of and any_of
  Span span;
};

struct LineFormat {
  Text pattern;
};
struct LabelFormat {
  struct Assignment {
    Text label;
    Text value;                ///< a template, or the name of a label
    bool is_template = false;  ///< it was quoted
  };
  std::vector<Assignment> assignments;
};
struct Decolorize {};
/// drop and keep: names, some with a condition on the value.
struct LabelList {
  bool keep = false;
  struct Item {
    Text name;
    std::optional<Matcher> matcher;
  };
  std::vector<Item> items;
};
/// | unwrap latency, | unwrap duration(latency)
struct Unwrap {
  std::string conversion;
  Text label;
};
/// A variable that stands for whole stages: {app="a"} | $filter, or {app="a"} $filters
struct StageVariable {
  Variable variable;
  bool piped = false;  ///< a | stands before it; else its value brings its own
};

struct Stage {
  std::variant<LineFilter, Parser, LabelFilter, LineFormat, LabelFormat, Decolorize, LabelList,
               Unwrap, StageVariable>
      what;
  Span span;
};

struct LogQuery {
  Selector selector;
  std::vector<Stage> stages;  ///< filters after an unwrap follow it in the list
  Span span;
};

}  // namespace logql
