#include "compiler/promtail/importer.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "river/parser.h"
#include "river/printer.h"
#include "river/value.h"

namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

Fields::Wording Importer::wording() const {
  return {.code = "F118",
          .unknown = "{} is not carried over: there is nothing like it here",
          .unknown_code = "F117",
          .unknown_severity = river::diag::Severity::warning};
}

void Importer::lost(river::diag::Span place, std::string what, std::string help) const {
  auto& finding = diagnostics_.add(river::diag::Severity::warning, "F117", place, std::move(what));
  if (!help.empty()) finding.with_help(std::move(help));
}

void Importer::without(Fields& fields, std::string_view key, std::string help) {
  if (const yaml::Pair* pair = fields.find(key))
    lost(pair->key_span, fmt::format("{} is not carried over", key), std::move(help));
}

std::string Importer::unique(std::string_view name) {
  const std::string base = identifier(name);
  std::string out = base;
  for (size_t number = 2; !names_.insert(out).second; ++number)
    out = fmt::format("{}_{}", base, number);
  return out;
}

std::span<const Node* const> Importer::items(const Node& node, std::string_view key) const {
  if (node.kind != yaml::Kind::list)
    diagnostics_.error("F118", node.span, "{} must be a list, but is {}", key, describe(node));
  return node.items;
}

std::span<const yaml::Pair> Importer::pairs(const Node& node, std::string_view key) const {
  if (node.kind != yaml::Kind::map)
    diagnostics_.error("F118", node.span, "{} must be a map, but is {}", key, describe(node));
  return node.pairs;
}

std::string Importer::text_of(const Node& node, std::string_view key) const {
  if (node.kind == yaml::Kind::scalar && node.tag.empty()) return std::string(node.text);
  diagnostics_.error("F118", node.span, "{} must be text, but is {}", key, describe(node));
  return {};
}

std::vector<std::string> Importer::texts_of(const Node& node, std::string_view key) const {
  std::vector<std::string> out;
  if (node.kind != yaml::Kind::list) out.push_back(text_of(node, key));
  for (const Node* item : node.items) out.push_back(text_of(*item, key));
  return out;
}

std::string Importer::text(const Node& node, std::string_view text, bool expands) const {
  if (expands)
    for (const std::string& name : odd_variables(text))
      lost(node.span,
           fmt::format("what is done to ${{{0}}} here is not carried over: the value of "
                       "{0} is taken as it is",
                       name),
           "change the expression in the result by hand, or set the variable to the final value");
  return text_expression(text, expands);
}

/// A number or a boolean; what is text stays text, for the check to find.
std::string Importer::literal(const Node& node, std::string_view key) const {
  const std::string text = text_of(node, key);
  if (has_variable(text)) return fmt::format("encoding.from_json({})", this->text(node, text));
  if (const auto boolean = as_bool(node)) return *boolean ? "true" : "false";
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size() &&
                         text.find_first_not_of("0123456789.-+eE") == text.npos;
  return is_number ? text : river::quote(text);
}

std::string Importer::expression(const Node& node, const Setting& setting) const {
  std::vector<std::string> out;
  switch (setting.kind) {
    case Kind::text:
      return text(node, text_of(node, setting.key));
    case Kind::word:
      return text(node, has_variable(node.text) ? text_of(node, setting.key)
                                                : base::to_lower(text_of(node, setting.key)));
    case Kind::duration:
      text(node, node.text);
      return duration_expression(text_of(node, setting.key));
    case Kind::pattern:
      return text(node, text_of(node, setting.key), expand_env_);
    case Kind::literal:
      return literal(node, setting.key);
    case Kind::size:
      text(node, node.text);
      return size_expression(text_of(node, setting.key));
    case Kind::texts:
      for (const std::string& one : texts_of(node, setting.key)) out.push_back(text(node, one));
      return list_expression(out);
    case Kind::joined:
      return text(node, fmt::format("{}", fmt::join(texts_of(node, setting.key), ",")));
    case Kind::list:
      for (const Node* item : items(node, setting.key)) out.push_back(literal(*item, setting.key));
      return list_expression(out);
    case Kind::map:
      break;
  }
  return map(node, setting.key);
}

std::string Importer::map(const Node& node, std::string_view key,
                          std::vector<std::pair<std::string, std::string>> first) const {
  for (const yaml::Pair& pair : pairs(node, key))
    first.emplace_back(pair.key, is_null(*pair.value)
                                     ? std::string("\"\"")
                                     : text(*pair.value, text_of(*pair.value, pair.key)));
  return object_expression(first);
}

void Importer::copy(Fields& fields, std::span<const Setting> settings) {
  for (const Setting& setting : settings)
    if (const Node* value = fields.value(setting.key)) {
      out_.at(value->span);
      out_.set(setting.attribute, expression(*value, setting));
    }
}

RiverText Importer::import(const Node& root, std::string_view written) {
  variables_ = variables_in(written);
  Fields fields(root, "a configuration of Promtail", wording(), diagnostics_);
  if (root.kind != yaml::Kind::map) return {};
  // What follows refers to what these say.
  positions(fields.value("positions"));
  globals(fields);
  server(fields.value("server"));
  const Node* listed = fields.value("clients");
  clients(listed, fields.value("client"));
  limits(fields.value("limits_config"));
  const Node* jobs = fields.value("scrape_configs");
  if (jobs == nullptr)
    fields.error(root,
                 "there are no scrape_configs: this is no configuration of Promtail, or it "
                 "reads nothing");
  else
    for (const Node* one : items(*jobs, "scrape_configs")) job(*one);
  places(fields);
  if (writers_.empty() && (listed == nullptr || listed->kind == yaml::Kind::list))
    fields.error(root, "there are no clients: there is nowhere to send lines to");
  return out_;
}

namespace {

/// What the agent would say of the result: a mistake that the file had before.
void check(const river::ast::Tree& tree, const emit::CheckOptions& options,
           river::diag::Diagnostics& diagnostics) {
  const river::ast::Tree* trees[] = {&tree};
  const auto program =
      river::config::resolve(trees, options.catalog, options.stability, diagnostics);
  river::config::check(program, diagnostics);
  emit::report_plain_secrets(program, diagnostics);
}

}  // namespace

std::string import_text(const river::diag::SourceFile& file, const Options& options,
                        river::diag::SourceMap& sources, river::diag::Diagnostics& diagnostics) {
  const auto document = yaml::parse(file, diagnostics);
  if (document->root == nullptr || diagnostics.has_errors()) {
    if (!diagnostics.has_errors())
      diagnostics.error("F118", {file.base, file.base + 1}, "the file is empty");
    return {};
  }
  const RiverText text =
      Importer(options.expand_env, diagnostics).import(*document->root, file.text);
  if (diagnostics.has_errors()) return {};
  const auto& made = sources.add(file.name, text.text());
  river::diag::Diagnostics found;
  const auto tree = river::parse(made, found);
  if (!found.has_errors()) check(*tree, options.check, found);
  const auto written = [&](river::diag::Span span) {
    const bool is_made = span.known() && sources.file(span.begin) == &made;
    return is_made ? text.place_of(made.line_of(span.begin - made.base)) : span;
  };
  for (river::diag::Diagnostic one : found.items()) {
    if (one.severity != river::diag::Severity::error) continue;
    one.span = written(one.span);
    for (river::diag::Note& note : one.notes) note.span = written(note.span);
    diagnostics.add(std::move(one));
  }
  return diagnostics.has_errors() ? std::string() : river::print(*tree);
}

}  // namespace compiler::promtail
