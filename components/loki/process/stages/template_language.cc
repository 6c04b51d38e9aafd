#include "components/loki/process/stages/template_language.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "river/text.h"

namespace components::loki::process::stages {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
/// Parentheses and ifs inside one another.
constexpr int kTemplateDepthMax = 100;

std::string_view trim_left(std::string_view text) {
  const size_t at = text.find_first_not_of(kBlanks);
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

std::string_view trim_right(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

/// A template's pieces: text, and the insides of {{ }} with trim markers taken off.
struct Piece {
  bool is_action = false;
  std::string_view text;
};

/// Where the }} of an action is, quoted texts left out; npos when there is none.
size_t end_of_action(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "}}") return i;
    if (text[i] != '"' && text[i] != '`') continue;
    const char quote = text[i];
    for (++i; i < text.size() && text[i] != quote; ++i)
      if (text[i] == '\\' && quote == '"') ++i;
  }
  return std::string_view::npos;
}

base::Result<std::vector<Piece>> split(std::string_view source) {
  std::vector<Piece> pieces;
  bool trim_next = false;
  while (true) {
    const size_t open = source.find("{{");
    std::string_view text = source.substr(0, open);
    if (trim_next) text = trim_left(text);
    if (open == std::string_view::npos) {
      pieces.push_back({false, text});
      return pieces;
    }
    source.remove_prefix(open + 2);
    const size_t close = end_of_action(source);
    if (close == std::string_view::npos) return base::fail("{{{{ without }}}}");
    std::string_view action = source.substr(0, close);
    source.remove_prefix(close + 2);
    if (action.size() > 1 && action[0] == '-' && kBlanks.find(action[1]) != kBlanks.npos) {
      text = trim_right(text);
      action.remove_prefix(2);
    }
    trim_next = action.size() > 1 && action.back() == '-' &&
                kBlanks.find(action[action.size() - 2]) != kBlanks.npos;
    if (trim_next) action.remove_suffix(2);
    pieces.push_back({false, text});
    pieces.push_back({true, trim_right(trim_left(action))});
  }
}

class Parser {
 public:
  explicit Parser(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  base::Result<GoTemplate> run();

 private:
  // Statements, over pieces.
  TemplateNodes nodes(int depth);
  TemplateNode choice(std::string_view condition, int depth);

  // Expressions, over the text of one action.
  TemplatePipeline pipeline(int depth);
  TemplateCommand command(int depth, bool piped);
  std::optional<TemplateOperand> operand(int depth);
  std::optional<TemplateOperand> text_literal();
  std::optional<TemplateOperand> number_literal();
  TemplatePipeline whole_pipeline(std::string_view text);
  void check(std::string_view function, const TemplateCommand& command, bool piped);

  void skip_space() { rest_ = trim_left(rest_); }
  std::string_view take_word();
  void fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }

  std::vector<Piece> pieces_;
  size_t at_ = 0;
  std::string_view rest_;
  std::string error_;
  std::vector<std::string> fields_;
};

std::string_view first_word(std::string_view action) {
  return action.substr(
      0, std::find_if_not(action.begin(), action.end(), base::is_word) - action.begin());
}

/// Go's template has these; we do not.
bool is_unsupported_keyword(std::string_view word) {
  for (const std::string_view keyword :
       {"range", "with", "define", "template", "block", "break", "continue"})
    if (word == keyword) return true;
  return false;
}

// nodes = { text | "{{" pipeline "}}" | choice } .  Ends before {{else}} and {{end}}.
TemplateNodes Parser::nodes(int depth) {
  TemplateNodes out;
  if (depth > kTemplateDepthMax) fail("nested too deeply");
  for (; at_ < pieces_.size() && error_.empty(); ++at_) {
    const auto [is_action, text] = pieces_[at_];
    if (!is_action) {
      if (!text.empty())
        out.push_back({.kind = TemplateNode::Kind::text, .text = std::string(text)});
      continue;
    }
    const std::string_view word = first_word(text);
    if (word == "end" || word == "else") return out;
    if (text.starts_with("/*")) continue;
    if (is_unsupported_keyword(word))
      fail(fmt::format("\"{}\" is not supported here; if, else and end are", word));
    else if (text.starts_with('$'))
      fail("variables ($name) are not supported");
    else if (word == "if")
      out.push_back(choice(text.substr(2), depth + 1));
    else
      out.push_back(
          {.kind = TemplateNode::Kind::print, .text = {}, .pipeline = whole_pipeline(text)});
  }
  return out;
}

// choice = "{{if" pipeline "}}" nodes [ "{{else if" ... | "{{else}}" nodes ] "{{end}}" .
TemplateNode Parser::choice(std::string_view condition, int depth) {
  TemplateNode out{
      .kind = TemplateNode::Kind::choice, .text = {}, .pipeline = whole_pipeline(condition)};
  ++at_;
  out.then = nodes(depth + 1);
  if (at_ >= pieces_.size() || !error_.empty()) return fail("if without end"), out;
  const std::string_view text = pieces_[at_].text;
  if (first_word(text) == "end") return out;
  const std::string_view behind = trim_left(text.substr(4));
  if (first_word(behind) == "if") {
    out.otherwise.push_back(choice(behind.substr(2), depth + 1));
    return out;
  }
  ++at_;
  out.otherwise = nodes(depth + 1);
  if (at_ >= pieces_.size() || first_word(pieces_[at_].text) != "end") fail("else without end");
  return out;
}

TemplatePipeline Parser::whole_pipeline(std::string_view text) {
  rest_ = text;
  TemplatePipeline out = pipeline(0);
  skip_space();
  if (!rest_.empty()) fail(fmt::format("unexpected \"{}\"", rest_));
  return out;
}

// pipeline = command { "|" command } .
TemplatePipeline Parser::pipeline(int depth) {
  TemplatePipeline out;
  if (depth > kTemplateDepthMax) fail("nested too deeply");
  while (error_.empty()) {
    out.commands.push_back(command(depth, !out.commands.empty()));
    skip_space();
    if (!rest_.starts_with('|')) break;
    rest_.remove_prefix(1);
  }
  return out;
}

// command = [ function ] { operand } .
TemplateCommand Parser::command(int depth, bool piped) {
  TemplateCommand out;
  skip_space();
  std::string_view function = first_word(rest_);
  if (!function.empty() && (base::is_digit(function[0]) || function == "true" ||
                            function == "false" || function == "nil"))
    function = {};
  rest_.remove_prefix(function.size());
  while (error_.empty()) {
    skip_space();
    if (rest_.empty() || rest_.front() == '|' || rest_.front() == ')') break;
    if (auto argument = operand(depth))
      out.arguments.push_back(std::move(*argument));
    else
      break;
  }
  out.function = find_template_function(function);
  check(function, out, piped);
  return out;
}

void Parser::check(std::string_view function, const TemplateCommand& command, bool piped) {
  const int count = static_cast<int>(command.arguments.size()) + piped;
  if (function.empty()) {
    if (command.arguments.empty()) return fail("an empty action");
    if (count != 1) return fail("a value takes no arguments; a function name must come first");
    return;
  }
  const TemplateFunction* known = command.function;
  if (known == nullptr) return fail(fmt::format("no function \"{}\"", function));
  if (count < known->arguments_min || (known->arguments_max >= 0 && count > known->arguments_max))
    fail(fmt::format("function \"{}\" does not take {}", function,
                     base::counted(count, "argument", "arguments")));
}

std::string_view Parser::take_word() {
  const std::string_view word = first_word(rest_);
  rest_.remove_prefix(word.size());
  return word;
}

// operand = "." [ name ] | string | number | "true" | "false" | "nil" | "(" pipeline ")" .
std::optional<TemplateOperand> Parser::operand(int depth) {
  const char c = rest_.front();
  if (c == '.') {
    rest_.remove_prefix(1);
    const std::string_view name = take_word();
    if (rest_.starts_with('.')) return fail("a value has no fields"), std::nullopt;
    if (name.empty()) return TemplateOperand{.kind = TemplateOperand::Kind::data};
    fields_.emplace_back(name);
    return TemplateOperand{.kind = TemplateOperand::Kind::field, .text = std::string(name)};
  }
  if (c == '"' || c == '`') return text_literal();
  if (c == '(') {
    rest_.remove_prefix(1);
    auto inner = std::make_shared<const TemplatePipeline>(pipeline(depth + 1));
    skip_space();
    if (!rest_.starts_with(')')) return fail("( without )"), std::nullopt;
    rest_.remove_prefix(1);
    return TemplateOperand{.kind = TemplateOperand::Kind::pipeline, .pipeline = std::move(inner)};
  }
  if (c == '-' || base::is_digit(c)) return number_literal();
  if (c == '$') return fail("variables ($name) are not supported"), std::nullopt;
  const std::string_view word = take_word();
  if (word == "true" || word == "false")
    return TemplateOperand{.kind = TemplateOperand::Kind::boolean, .boolean = word == "true"};
  if (word == "nil") return TemplateOperand{.kind = TemplateOperand::Kind::nil};
  if (word.empty()) return fail(fmt::format("unexpected \"{}\"", rest_)), std::nullopt;
  return fail(fmt::format("\"{}\" must be in parentheses to be called here", word)), std::nullopt;
}

std::optional<TemplateOperand> Parser::text_literal() {
  const char quote = rest_.front();
  TemplateOperand out{.kind = TemplateOperand::Kind::text};
  rest_.remove_prefix(1);
  while (!rest_.empty() && rest_.front() != quote) {
    size_t size = 1;
    if (quote == '"' && rest_.front() == '\\')
      size = river::read_escape(rest_, quote, out.text);
    else
      out.text += rest_.front();
    if (size == 0) return fail("unknown escape in a text"), std::nullopt;
    rest_.remove_prefix(size);
  }
  if (rest_.empty()) return fail("text without an end"), std::nullopt;
  rest_.remove_prefix(1);
  return out;
}

std::optional<TemplateOperand> Parser::number_literal() {
  TemplateOperand out{.kind = TemplateOperand::Kind::number};
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out.number);
  if (error != std::errc{}) return fail(fmt::format("bad number \"{}\"", rest_)), std::nullopt;
  rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
  return out;
}

base::Result<GoTemplate> Parser::run() {
  GoTemplate out;
  out.nodes = nodes(0);
  if (error_.empty() && at_ < pieces_.size()) fail("end or else without if");
  if (!error_.empty()) return base::fail("{}", error_);
  out.fields = std::move(fields_);
  return out;
}

}  // namespace

base::Result<GoTemplate> parse_template(std::string_view source) {
  auto pieces = split(source);
  if (!pieces) return tl::unexpected(pieces.error());
  return Parser(std::move(*pieces)).run();
}

namespace {

/// Walks a template; the first error sticks.
class Run {
 public:
  explicit Run(const TemplateLookup& lookup) : lookup_(lookup) {}

  void nodes(const TemplateNodes& list) {
    for (const TemplateNode& node : list) {
      if (!error_.empty()) return;
      switch (node.kind) {
        case TemplateNode::Kind::text:
          out_ += node.text;
          break;
        case TemplateNode::Kind::print:
          out_ += to_text(pipeline(node.pipeline));
          break;
        case TemplateNode::Kind::choice:
          nodes(is_true(pipeline(node.pipeline)) ? node.then : node.otherwise);
          break;
      }
    }
  }

  base::Result<std::string> result() {
    if (!error_.empty()) return base::fail("{}", error_);
    return std::move(out_);
  }

 private:
  TemplateValue pipeline(const TemplatePipeline& steps) {
    TemplateValue value;
    for (size_t i = 0; i < steps.commands.size() && error_.empty(); ++i)
      value = command(steps.commands[i], i > 0 ? &value : nullptr);
    return value;
  }

  TemplateValue command(const TemplateCommand& step, const TemplateValue* piped) {
    if (step.function == nullptr) return operand(step.arguments.front());
    std::vector<TemplateValue> arguments;
    for (const TemplateOperand& argument : step.arguments) arguments.push_back(operand(argument));
    if (piped) arguments.push_back(*piped);
    const auto is_nothing = [](const TemplateValue& value) {
      return std::holds_alternative<std::monostate>(value);
    };
    if (!step.function->takes_nothing && std::ranges::any_of(arguments, is_nothing)) {
      if (error_.empty()) error_ = fmt::format("{} of no value", step.function->name);
      return {};
    }
    auto value = step.function->call(arguments);
    if (value) return std::move(*value);
    if (error_.empty()) error_ = value.error().message;
    return {};
  }

  TemplateValue operand(const TemplateOperand& argument) {
    switch (argument.kind) {
      case TemplateOperand::Kind::field: {
        const auto found = lookup_(argument.text);
        return found ? TemplateValue(std::string(*found)) : TemplateValue();
      }
      case TemplateOperand::Kind::text:
        return argument.text;
      case TemplateOperand::Kind::number:
        return argument.number;
      case TemplateOperand::Kind::boolean:
        return argument.boolean;
      case TemplateOperand::Kind::pipeline:
        return pipeline(*argument.pipeline);
      case TemplateOperand::Kind::data:
      case TemplateOperand::Kind::nil:
        return {};
    }
    return {};
  }

  const TemplateLookup& lookup_;
  std::string out_;
  std::string error_;
};

}  // namespace

base::Result<std::string> run_template(const GoTemplate& parsed, const TemplateLookup& lookup) {
  Run run(lookup);
  run.nodes(parsed.nodes);
  return run.result();
}

}  // namespace components::loki::process::stages
