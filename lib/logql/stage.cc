#include <algorithm>
#include <iterator>

#include "logql/grammar.h"
#include "logql/lexer.h"
#include "river/diag/diagnostics.h"

namespace logql {
namespace {

constexpr std::string_view kStages[] = {"json",   "logfmt",       "regexp",     "pattern",
                                        "unpack", "line_format",  "decolorize", "drop",
                                        "keep",   "label_format", "unwrap"};
constexpr std::string_view kLineOps[] = {"|=", "!=", "|~", "!~", "|>", "!>"};
constexpr std::string_view kCompareOps[] = {"=", "==", "!=", "=~", "!~", "<", "<=", ">", ">="};
constexpr std::string_view kConversions[] = {"bytes", "duration", "duration_seconds"};

template <size_t N>
bool is_one_of(const Token& token, const std::string_view (&names)[N]) {
  return token.kind == Token::Kind::symbol &&
         std::find(std::begin(names), std::end(names), token.text) != std::end(names);
}

}  // namespace

bool Grammar::compares(const Token& token) const {
  return is_one_of(token, kCompareOps);
}

bool Grammar::at_stage() const {
  return at("|") || is_one_of(now(), kLineOps) || at_variables();
}

/// stage = line_filter | "|" piped_stage | variable
void Grammar::stages(LogQuery& query) {
  const uint32_t start = begin();
  if (at_variables()) {
    for (Variable& variable : take_variables()) {
      const Span span = variable.span;
      query.stages.push_back({StageVariable{std::move(variable)}, span});
    }
  } else if (accept("|")) {
    piped_stage(query, start);
  } else {
    LineFilter filter = line_filter();
    query.stages.push_back({std::move(filter), since(start)});
  }
}

/// line_filter = ( "|=" | "!=" | "|~" | "!~" | "|>" | "!>" ) choice { "or" choice }
LineFilter Grammar::line_filter() {
  LineFilter result;
  const Token op = take();
  const auto index = std::find(std::begin(kLineOps), std::end(kLineOps), op.text);
  constexpr LineOp kOps[] = {LineOp::contains,  LineOp::not_contains, LineOp::regex,
                             LineOp::not_regex, LineOp::pattern,      LineOp::not_pattern};
  result.op = kOps[index - std::begin(kLineOps)];
  do {
    result.choices.push_back(line_choice());
  } while (accept_keyword("or"));
  return result;
}

/// choice = string | variable | "ip" "(" string ")"
LineFilter::Choice Grammar::line_choice() {
  if (at_keyword("ip")) return {ip(), true};
  return {string_or_variable("a string to look for in the lines"), false};
}

Text Grammar::ip() {
  take();
  expect("(", "after ip");
  Text result = string_or_variable("an address, a range or a network");
  expect(")", "after the address");
  return result;
}

Text Grammar::string_or_variable(std::string_view what) {
  if (now().kind == Token::Kind::string) return take_text();
  if (at_variables()) return take_text();
  if (at_word()) {
    fail(now().span, fmt::format("expected {}; {} needs quotes", what, describe(now())));
  } else {
    fail_at_now(what);
  }
  return {};
}

/// piped_stage = parser | label_filter | line_format | label_format | "decolorize" | drop | keep
///             | unwrap | variable { variable }
void Grammar::piped_stage(LogQuery& query, uint32_t start) {
  Stage stage;
  const Token next = after();
  const bool joined =
      is_keyword(next.text, "and") || is_keyword(next.text, "or") || next.text == ",";
  const bool filters = at("(") || (at_word() && compares(next)) || (at_variables() && joined);
  if (filters) {
    stage.what = label_filter();
  } else if (at_variables()) {
    const std::vector<Variable> variables = take_variables();
    stage.what = StageVariable{variables.front(), true};
    stage.span = {start, variables.front().span.end};
    query.stages.push_back(std::move(stage));
    for (auto i = std::next(variables.begin()); i != variables.end(); ++i) {
      query.stages.push_back({StageVariable{*i}, i->span});
    }
    return;
  } else if (!at_word()) {
    return fail_at_now("a stage after |");
  } else if (!keyword_stage(stage)) {
    const std::string_view near = river::diag::did_you_mean(now().text, kStages);
    return fail(
        now().span,
        near.empty()
            ? fmt::format("{} is neither a stage nor a label with a comparison", describe(now()))
            : fmt::format("unknown stage {}; did you mean {}?", describe(now()), near));
  }
  stage.span = since(start);
  query.stages.push_back(std::move(stage));
}

bool Grammar::keyword_stage(Stage& stage) {
  if (accept_keyword("json")) {
    stage.what = parser(ParserKind::json);
  } else if (accept_keyword("logfmt")) {
    stage.what = parser(ParserKind::logfmt);
  } else if (accept_keyword("regexp")) {
    stage.what = parser(ParserKind::regexp);
  } else if (accept_keyword("pattern")) {
    stage.what = parser(ParserKind::pattern);
  } else if (accept_keyword("unpack")) {
    stage.what = Parser{.kind = ParserKind::unpack};
  } else if (accept_keyword("line_format")) {
    stage.what = LineFormat{string_or_variable("a template for the line")};
  } else if (accept_keyword("label_format")) {
    stage.what = label_format();
  } else if (accept_keyword("decolorize")) {
    stage.what = Decolorize{};
  } else if (accept_keyword("drop")) {
    stage.what = label_list_stage(false);
  } else if (accept_keyword("keep")) {
    stage.what = label_list_stage(true);
  } else if (accept_keyword("unwrap")) {
    stage.what = unwrap();
  } else {
    return false;
  }
  return true;
}

/// parser = "json" [ extractions ] | "logfmt" { flag } [ extractions ] | "regexp" string
///        | "pattern" string | "unpack"
Parser Grammar::parser(ParserKind kind) {
  Parser result{.kind = kind};
  if (kind == ParserKind::regexp || kind == ParserKind::pattern) {
    result.pattern =
        string_or_variable(kind == ParserKind::regexp ? "a regular expression with named groups"
                                                      : "a pattern such as \"<ip> <_> <status>\"");
    return result;
  }
  while (now().kind == Token::Kind::flag) {
    const Token flag = take();
    if (kind != ParserKind::logfmt || (flag.text != "--strict" && flag.text != "--keep-empty")) {
      fail(flag.span, "unknown flag; logfmt has --strict and --keep-empty");
    }
    result.flags.emplace_back(flag.text);
  }
  const bool glued = at_variables() && after().text != "=" && after().text != ",";
  if (at_word() && !glued) extractions(result);
  return result;
}

/// extractions = label [ "=" string ] { "," label [ "=" string ] }
void Grammar::extractions(Parser& parser) {
  do {
    Parser::Extraction extraction{label("the name of a label to extract"), {}};
    if (accept("=")) extraction.expression = string_or_variable("an expression in quotes");
    parser.extractions.push_back(std::move(extraction));
  } while (accept(","));
}

/// label_format = "label_format" label "=" ( label | string ) { "," ... }
LabelFormat Grammar::label_format() {
  LabelFormat result;
  do {
    LabelFormat::Assignment assignment;
    assignment.label = label("the name of a label to set");
    expect("=", "after the label");
    assignment.is_template = now().kind == Token::Kind::string;
    assignment.value =
        assignment.is_template ? take_text() : label("a template in quotes or another label");
    result.assignments.push_back(std::move(assignment));
  } while (accept(","));
  return result;
}

/// drop = "drop" item { "," item }; keep = "keep" item { "," item }; item = label | matcher
LabelList Grammar::label_list_stage(bool keep) {
  LabelList result{.keep = keep};
  do {
    LabelList::Item item;
    if (at_word() && compares(after())) {
      item.matcher = matcher();
      item.name = item.matcher->name;
    } else {
      item.name = label("the name of a label");
    }
    result.items.push_back(std::move(item));
  } while (accept(","));
  return result;
}

/// unwrap = "unwrap" ( label | conversion "(" label ")" )
Unwrap Grammar::unwrap() {
  Unwrap result;
  const Token name = now();
  result.label = label("the label that holds the number");
  if (!accept("(")) return result;
  result.conversion = in_small_letters(name.text);
  if (std::find(std::begin(kConversions), std::end(kConversions), result.conversion) ==
          std::end(kConversions) &&
      result.label.variables.empty()) {
    fail(name.span, fmt::format("unwrap converts by bytes, duration or duration_seconds, not by {}",
                                describe(name)));
  }
  result.label = label("the label that holds the number");
  expect(")", "after the label");
  return result;
}

}  // namespace logql
