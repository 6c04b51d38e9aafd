#include <re2/re2.h>

#include <charconv>
#include <optional>

#include "river/stdlib/json.h"

namespace river::stdlib {

namespace {

/// After the first error nothing more is read, and what was built is thrown away.
class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  base::Result<Path> whole() {
    if (!accept("$")) accept("@");
    Path path = steps();
    if (!error_ && at_ < text_.size()) fail("expected . or [");
    if (error_) return tl::unexpected(*error_);
    return path;
  }

 private:
  Path steps();
  PathStep bracket();
  PathSelector selector();
  PathSelector slice_or_index();
  std::string name();
  std::string quoted();
  std::optional<int64_t> integer();
  std::unique_ptr<Filter> either();
  std::unique_ptr<Filter> both();
  std::unique_ptr<Filter> comparison();
  std::unique_ptr<Filter> operand();
  Value literal();
  void compile(Filter& filter);

  /// Counts a level of nesting for as long as it lives.
  struct Nested {
    explicit Nested(PathParser& p) : parser(p) {
      if (++parser.depth_ > kFilterDepthMax) parser.fail("nested too deeply");
    }
    ~Nested() { --parser.depth_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    PathParser& parser;
  };

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool accept(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool accept_spaced(std::string_view token) {
    skip_space();
    return accept(token);
  }
  void fail(std::string_view what) {
    if (!error_) error_ = base::Error{fmt::format("{} at byte {}", what, at_)};
    at_ = text_.size();
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::optional<base::Error> error_;
};

// Steps = { ".." ( name | "*" | Bracket ) | "." ( name | "*" ) | Bracket } .
Path PathParser::steps() {
  Path path;
  // A path may start with a name when its $ is left out.
  bool bare = at_ == 0 && peek() != '.' && peek() != '[' && peek() != '\0';
  while (!error_ && (bare || peek() == '.' || peek() == '[')) {
    const bool descend = !bare && accept("..");
    PathStep step;
    if (peek() == '[') {
      step = bracket();
    } else {
      if (!descend && !bare) accept(".");
      if (accept("*"))
        step.selectors.emplace_back(PathWildcard{});
      else
        step.selectors.emplace_back(name());
    }
    bare = false;
    step.descend = descend;
    path.push_back(std::move(step));
  }
  return path;
}

std::string PathParser::name() {
  constexpr std::string_view kEnd = ".[]()=!<>&|,?*@$'\" \t\r\n~";
  const size_t end = std::min(text_.find_first_of(kEnd, at_), text_.size());
  std::string out(text_.substr(at_, end - at_));
  at_ = end;
  if (out.empty()) fail("expected a name");
  return out;
}

// Bracket = "[" ( "?" Filter | Selector { "," Selector } ) "]" .
PathStep PathParser::bracket() {
  accept("[");
  PathStep step;
  if (accept_spaced("?")) {
    step.selectors.emplace_back(std::shared_ptr<const Filter>(either()));
  } else {
    do {
      step.selectors.push_back(selector());
    } while (!error_ && accept_spaced(","));
  }
  if (!accept_spaced("]")) fail("expected ]");
  return step;
}

PathSelector PathParser::selector() {
  skip_space();
  if (accept("*")) return PathWildcard{};
  if (peek() == '\'' || peek() == '"') return quoted();
  return slice_or_index();
}

PathSelector PathParser::slice_or_index() {
  const auto begin = integer();
  if (!accept_spaced(":")) {
    if (!begin) fail("expected an index, a name in quotes, * or a filter");
    return begin.value_or(0);
  }
  PathSlice slice;
  slice.begin = begin;
  slice.end = integer();
  if (accept_spaced(":")) slice.step = integer().value_or(1);
  return slice;
}

std::optional<int64_t> PathParser::integer() {
  skip_space();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
  if (error == std::errc::result_out_of_range) fail("index out of range");
  if (error != std::errc()) return std::nullopt;
  at_ = static_cast<size_t>(end - text_.data());
  return value;
}

std::string PathParser::quoted() {
  const char quote_mark = peek();
  ++at_;
  std::string out;
  while (at_ < text_.size() && peek() != quote_mark) {
    if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
    out += text_[at_++];
  }
  if (peek() != quote_mark)
    fail("unterminated string");
  else
    ++at_;
  return out;
}

std::unique_ptr<Filter> joined(FilterOp op, std::unique_ptr<Filter> left,
                               std::unique_ptr<Filter> right) {
  auto filter = std::make_unique<Filter>();
  filter->op = op;
  filter->left = std::move(left);
  filter->right = std::move(right);
  return filter;
}

// Either = Both { "||" Both } .
std::unique_ptr<Filter> PathParser::either() {
  auto left = both();
  for (int terms = 1; !error_ && accept_spaced("||"); ++terms) {
    if (terms > kFilterDepthMax) fail("too many terms");
    left = joined(FilterOp::either, std::move(left), both());
  }
  return left;
}

// Both = Comparison { "&&" Comparison } .
std::unique_ptr<Filter> PathParser::both() {
  auto left = comparison();
  for (int terms = 1; !error_ && accept_spaced("&&"); ++terms) {
    if (terms > kFilterDepthMax) fail("too many terms");
    left = joined(FilterOp::both, std::move(left), comparison());
  }
  return left;
}

// Comparison = Operand [ ( "==" | "!=" | "<=" | ">=" | "<" | ">" | "=~" ) Operand ] .
std::unique_ptr<Filter> PathParser::comparison() {
  struct Spelling {
    std::string_view text;
    FilterOp op;
  };
  constexpr Spelling kSpellings[] = {
      {"==", FilterOp::equal},         {"!=", FilterOp::not_equal}, {"<=", FilterOp::less_equal},
      {">=", FilterOp::greater_equal}, {"<", FilterOp::less},       {">", FilterOp::greater},
      {"=~", FilterOp::matches},
  };
  auto left = operand();
  skip_space();
  for (const auto& [text, op] : kSpellings) {
    if (error_ || !accept(text)) continue;
    auto filter = joined(op, std::move(left), operand());
    if (op == FilterOp::matches && !error_) compile(*filter);
    return filter;
  }
  return left;
}

void PathParser::compile(Filter& filter) {
  const std::string* source = filter.right->literal.as_string();
  if (source == nullptr) return fail("expected a regular expression");
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<re2::RE2>(*source, options);
  if (!regex->ok()) return fail("regular expression: " + regex->error());
  filter.regex = std::move(regex);
}

// Operand = "!" Operand | "(" Either ")" | ( "@" | "$" ) Steps | literal .
std::unique_ptr<Filter> PathParser::operand() {
  auto filter = std::make_unique<Filter>();
  const Nested nested(*this);
  if (error_) return filter;
  if (accept_spaced("!")) return joined(FilterOp::negate, operand(), nullptr);
  if (accept("(")) {
    auto inner = either();
    if (!accept_spaced(")")) fail("expected )");
    return inner;
  }
  filter->from_root = peek() == '$';
  if (accept("@") || accept("$")) {
    filter->op = FilterOp::path;
    filter->path = steps();
  } else {
    filter->literal = literal();
  }
  return filter;
}

Value PathParser::literal() {
  const char first = peek();
  if (first == '\'' || first == '"') return Value::string(quoted());
  if (first == '/') {
    const size_t end = text_.find('/', at_ + 1);
    if (end == std::string_view::npos) {
      fail("unterminated regular expression");
      return {};
    }
    std::string source(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return Value::string(std::move(source));
  }
  const size_t end = std::min(text_.find_first_of(" \t\r\n()]=!<>&|,", at_), text_.size());
  const auto value = read_json(text_.substr(at_, end - at_), JsonNumbers::keep_integers);
  if (!value || value->kind() == Kind::array || value->kind() == Kind::object) {
    fail("expected @, $, a string, a number, true, false or null");
    return {};
  }
  at_ = end;
  return *value;
}

}  // namespace

base::Result<Path> parse_json_path(std::string_view text) {
  return PathParser(text).whole();
}

}  // namespace river::stdlib
