#include <algorithm>
#include <map>
#include <variant>

#include "compiler/checks/checks.h"
#include "components/shared/streams.h"
#include "logql/parser.h"
#include "river/config/steps.h"
#include "telemetry/text.h"

/// How many labels the streams of a source can have, by the names that stand on each way of its
/// lines to a backend. Where labels are dropped on the way, or made of names that are not written
/// there, nothing is said of that way.
namespace compiler::checks {

namespace ast = river::ast;
using river::config::Node;
using river::config::Program;
using river::diag::Diagnostics;

namespace {

/// Loki's max_label_names_per_series.
constexpr size_t kLabelsMax = 15;
/// Mimir's max_label_names_per_series, and what every series has: __name__, job, instance.
constexpr size_t kSeriesLabelsMax = 30;
constexpr std::string_view kSeriesLabels[] = {"__name__", "job", "instance"};

bool has_field(std::span<const river::schema::Field> fields,
               std::initializer_list<std::string_view> names) {
  return std::any_of(fields.begin(), fields.end(), [&](const river::schema::Field& field) {
    return is_one_of(field.name, names);
  });
}

/// So many ways are followed; of a configuration with more, some are not looked at.
constexpr size_t kWaysMax = 256;

/// Labels of streams that go one way.
struct Labels {
  std::set<std::string> names;
  bool is_bounded = true;  ///< false: some are dropped, or their names are not known
  /// What the selectors of stage.match ask for that the way goes through, by the label.
  std::map<std::string, std::string> equal;

  void add(std::string_view name) {
    if (!telemetry::is_internal_label(name)) names.emplace(name);
  }
};
using Ways = std::vector<Labels>;

void add_keys(const ast::Expr& value, Labels& labels) {
  for (const ast::Field& field : value.fields) labels.add(field.key);
  for (const ast::Expr* item : value.items) add_keys(*item, labels);
}

void add_rule(const ast::Statement& rule, Labels& labels) {
  for (const ast::Statement* one : rule.body.statements) {
    if (one->is_block) continue;
    const auto text = text_of(*one->value);
    if (one->name == "target_label" && text) labels.add(*text);
    const bool is_open = one->name == "action" &&
                         (!text || is_one_of(*text, {"labelmap", "labeldrop", "labelkeep"}));
    labels.is_bounded = labels.is_bounded && !is_open;
  }
}

/// The labels that a selector wants to equal a value.
std::map<std::string, std::string> equalities(const ast::Body& match) {
  std::map<std::string, std::string> found;
  for (const ast::Statement* one : match.statements) {
    if (one->is_block || one->name != "selector") continue;
    const auto parsed = logql::parse(text_of(*one->value).value_or(""));
    if (!parsed.ok()) continue;
    const auto* query = std::get_if<logql::LogQuery>(&parsed.expr->what);
    if (query == nullptr) continue;
    for (const auto& matcher : query->selector.matchers)
      if (matcher.op == logql::MatchOp::equal) found[matcher.name.value] = matcher.value.value;
  }
  return found;
}

bool meets(const Labels& way, const std::map<std::string, std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& one) {
    const auto known = way.equal.find(one.first);
    return known == way.equal.end() || known->second == one.second;
  });
}

void add_labels(const ast::Body& body, std::string_view block, Ways& ways);

/// Lines that a selector takes go through the stages, others pass by.
void add_match(const ast::Statement& match, Ways& ways) {
  const auto wanted = equalities(match.body);
  Ways through;
  for (const Labels& way : ways)
    if (meets(way, wanted)) through.push_back(way);
  for (Labels& way : through) way.equal.insert(wanted.begin(), wanted.end());
  add_labels(match.body, match.name, through);
  if (wanted.empty()) ways.clear();  // What goes through has more labels than what does not.
  ways.insert(ways.end(), through.begin(), through.end());
  if (ways.size() > kWaysMax) ways.resize(kWaysMax);
}

/// Labels that stages set may be what a later selector asks for.
void forget_equal(const std::set<std::string>& before, Labels& way) {
  std::erase_if(way.equal, [&](const auto& one) {
    return way.names.contains(one.first) && !before.contains(one.first);
  });
}

void add_statement(const ast::Statement& one, std::string_view block, Labels& labels) {
  const bool sets_values = is_one_of(block, {"stage.labels", "stage.static_labels"});
  if (one.is_block && one.name == "rule") return add_rule(one, labels);
  if (one.is_block) {
    if (is_one_of(one.name, {"stage.label_drop", "stage.label_keep", "stage.pack"}))
      labels.is_bounded = false;
    Ways inner = {std::move(labels)};
    const std::set<std::string> before = inner[0].names;
    add_labels(one.body, one.name, inner);
    labels = std::move(inner[0]);
    return forget_equal(before, labels);
  }
  if (is_one_of(one.name, {"labels", "external_labels", "targets", "path_targets"}) ||
      (one.name == "values" && sets_values))
    add_keys(*one.value, labels);
}

void add_labels(const ast::Body& body, std::string_view block, Ways& ways) {
  for (const ast::Statement* one : body.statements) {
    if (one->is_block && one->name == "stage.match") {
      add_match(*one, ways);
      continue;
    }
    for (Labels& labels : ways) add_statement(*one, block, labels);
  }
}

}  // namespace

std::optional<components::Streams> streams_of(const Node& node) {
  if (node.signature->streams == nullptr) return std::nullopt;
  const auto arguments = node.signature->make_arguments();
  return std::any_cast<components::Streams>(node.signature->streams(arguments.get()));
}

namespace {

/// Labels that the source gives without being told.
Labels own_labels(const Node& source) {
  Labels labels;
  const auto streams = streams_of(source);
  if (!streams) return labels;
  for (const components::SourceStreams& one : streams->sources) {
    if (one.has_job) labels.add("job");
    if (!one.path_label.empty()) labels.add("filename");
  }
  return labels;
}

/// Follows the lines of a source, and what it takes from others, way by way.
class Walk {
 public:
  explicit Walk(const Node& source) { visit(source, {own_labels(source)}); }
  /// The most labels of a way of which all are known.
  const std::set<std::string>& most() const { return most_; }

 private:
  void visit(const Node& node, Ways ways) {
    if (ended_ > kWaysMax || std::find(path_.begin(), path_.end(), &node) != path_.end()) return;
    path_.push_back(&node);
    add_labels(node.block->body, "", ways);
    std::vector<const Node*> next;
    Words named;
    for (const auto& chain : river::config::chains_of(node.block->body))
      named.insert(fmt::format("{}", fmt::join(chain.names, ".")));
    for (const Node* other : node.dependencies) {
      if (named.contains(other->id + ".receiver") || named.contains(other->id + ".input"))
        next.push_back(other);
      else  // What provides targets or rules hands no lines on.
        add_providers(*other, ways);
    }
    for (const Node* other : next) visit(*other, ways);
    if (next.empty()) end(ways);
    path_.pop_back();
  }

  void add_providers(const Node& node, Ways& ways) {
    if (std::find(path_.begin(), path_.end(), &node) != path_.end()) return;
    path_.push_back(&node);
    add_labels(node.block->body, "", ways);
    for (const Node* other : node.dependencies)
      if (!has_export(*other, "receiver") && !has_export(*other, "input"))
        add_providers(*other, ways);
    path_.pop_back();
  }

  void end(const Ways& ways) {
    ++ended_;
    for (const Labels& way : ways)
      if (way.is_bounded && way.names.size() > most_.size()) most_ = way.names;
  }

  std::vector<const Node*> path_;
  std::set<std::string> most_;
  size_t ended_ = 0;
};

}  // namespace

SourcesRead sources_of(const Program& program) {
  using Medium = components::SourceStreams::Medium;
  SourcesRead read;
  for (const auto& node : program.nodes) {
    read.metrics |= is_scrape(*node);
    // What takes lines from others is no source: it need not be decoded.
    if (node->signature->streams == nullptr || has_export(*node, "receiver")) continue;
    river::diag::Diagnostics ignored;
    const auto arguments = river::config::decode(
        program, *node, [](std::string_view) { return nullptr; }, ignored);
    if (!arguments) continue;
    const auto streams =
        std::any_cast<components::Streams>(node->signature->streams(arguments.get()));
    for (const components::SourceStreams& source : streams.sources) {
      read.containers |= source.medium == Medium::containers;
      read.files |= source.medium == Medium::files;
      read.journal |= source.medium == Medium::journal;
      if (!source.listener.empty()) read.listeners.push_back(source.listener);
    }
  }
  return read;
}

namespace {

void check_series(const Node& scrape, Diagnostics& diagnostics) {
  std::set<std::string> names = Walk(scrape).most();
  for (const std::string_view name : kSeriesLabels) names.emplace(name);
  if (names.size() <= kSeriesLabelsMax) return;
  diagnostics
      .warning("C075", scrape.block->header_span(),
               "series of {} have {} labels besides their own, and Mimir takes {} in all",
               scrape.id, names.size(), kSeriesLabelsMax)
      .with_help(
          "leave some out; labels of a target belong into a metric of their own, target_info");
}

}  // namespace

void check_budget(const Program& program, Diagnostics& diagnostics) {
  for (const auto& node : program.nodes) {
    if (is_scrape(*node)) check_series(*node, diagnostics);
    const bool is_source = has_field(node->signature->arguments.fields, {"forward_to"}) &&
                           !has_field(node->signature->exports, {"receiver", "input"});
    if (!is_source || node->signature->streams == nullptr) continue;
    const Walk walk(*node);
    const auto& names = walk.most();
    if (names.size() <= kLabelsMax) continue;
    diagnostics
        .warning("C035", node->block->header_span(),
                 "streams of {} can have {} labels, and Loki takes {}: {}", node->id, names.size(),
                 kLabelsMax, fmt::join(names, ", "))
        .with_help("leave some in the line, or use stage.structured_metadata");
  }
}

}  // namespace compiler::checks
