#include "compiler/promtail/importer.h"

#include <fmt/format.h>

#include <charconv>

#include "river/parser.h"
#include "river/printer.h"

namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

Fields::Wording Importer::wording() const {
  return {.code = "F118",
          .unknown = "{} is not carried over: there is nothing like it here",
          .unknown_code = "F117",
          .unknown_severity = river::diag::Severity::warning};
}

void Importer::lost(river::diag::Span place, std::string what, std::string help) {
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

/// A number or a boolean; what is text stays text, for the check to find.
std::string Importer::literal(const Node& node, std::string_view key) const {
  const std::string text = text_of(node, key);
  if (const auto boolean = as_bool(node)) return *boolean ? "true" : "false";
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size() &&
                         text.find_first_not_of("0123456789.-+eE") == text.npos;
  return is_number ? text : text_expression(text, true);
}

std::string Importer::expression(const Node& node, const Setting& setting) const {
  std::vector<std::string> items;
  switch (setting.kind) {
    case Kind::text:
      return text_expression(text_of(node, setting.key), true);
    case Kind::pattern:
      return text_expression(text_of(node, setting.key), expand_env_);
    case Kind::literal:
      return literal(node, setting.key);
    case Kind::size:
      return size_expression(text_of(node, setting.key));
    case Kind::texts:
      for (const std::string& one : texts_of(node, setting.key))
        items.push_back(text_expression(one, true));
      return list_expression(items);
    case Kind::joined:
      return text_expression(fmt::format("{}", fmt::join(texts_of(node, setting.key), ",")), true);
    case Kind::list:
      for (const Node* item : node.items) items.push_back(literal(*item, setting.key));
      return list_expression(items);
    case Kind::map:
      break;
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  if (node.kind != yaml::Kind::map)
    diagnostics_.error("F118", node.span, "{} must be a map", setting.key);
  for (const yaml::Pair& pair : node.pairs)
    pairs.emplace_back(pair.key, is_null(*pair.value)
                                     ? std::string("\"\"")
                                     : text_expression(text_of(*pair.value, pair.key), true));
  return object_expression(pairs);
}

void Importer::copy(Fields& fields, std::span<const Setting> settings) {
  for (const Setting& setting : settings)
    if (const Node* value = fields.value(setting.key)) {
      out_.at(value->span);
      out_.set(setting.attribute, expression(*value, setting));
    }
}

RiverText Importer::import(const Node& root) {
  Fields fields(root, "a configuration of Promtail", wording(), diagnostics_);
  if (root.kind != yaml::Kind::map) return {};
  // What follows refers to what these say.
  positions(fields.value("positions"));
  globals(fields);
  server(fields.value("server"));
  clients(fields.value("clients"), fields.value("client"));
  limits(fields.value("limits_config"));
  const Node* jobs = fields.value("scrape_configs");
  if (jobs == nullptr)
    fields.error(root,
                 "there are no scrape_configs: this is no configuration of Promtail, or it "
                 "reads nothing");
  else
    for (const Node* one : jobs->items) job(*one);
  if (writers_.empty())
    fields.error(root, "there are no clients: there is nowhere to send lines to");
  return out_;
}

namespace {

/// What the agent would say of the result: a mistake that the file had before.
void check(const river::ast::Tree& tree, const emit::CheckOptions& options,
           river::diag::Diagnostics& diagnostics) {
  const river::ast::Tree* trees[] = {&tree};
  river::diag::Diagnostics found;
  const auto program = river::config::resolve(trees, options.catalog, options.stability, found);
  river::config::check(program, found);
  emit::report_plain_secrets(program, found);
  for (const auto& one : found.items())
    if (one.severity == river::diag::Severity::error) diagnostics.add(one);
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
  const RiverText text = Importer(options.expand_env, diagnostics).import(*document->root);
  if (diagnostics.has_errors()) return {};
  const auto& made = sources.add_made(file.name, text.text(), text.written_at());
  const auto tree = river::parse(made, diagnostics);
  if (!diagnostics.has_errors()) check(*tree, options.check, diagnostics);
  return diagnostics.has_errors() ? std::string() : river::print(*tree);
}

}  // namespace compiler::promtail
