#include <algorithm>

#include "compiler/checks/checks.h"
#include "components/shared/streams.h"
#include "river/config/steps.h"
#include "telemetry/text.h"

/// How many labels the streams of a source can have, by the names that stand on the way of its
/// lines to a backend. Where labels are dropped on the way, or made of names that are not written
/// there, nothing is said.
namespace compiler::checks {

namespace ast = river::ast;
using river::config::Node;
using river::config::Program;
using river::diag::Diagnostics;

namespace {

/// Loki's max_label_names_per_series.
constexpr size_t kLabelsMax = 15;

bool has_field(std::span<const river::schema::Field> fields,
               std::initializer_list<std::string_view> names) {
  return std::any_of(fields.begin(), fields.end(), [&](const river::schema::Field& field) {
    return is_one_of(field.name, names);
  });
}

struct Labels {
  std::set<std::string> names;
  bool is_bounded = true;  ///< false: some are dropped, or their names are not known

  void add(std::string_view name) {
    if (!telemetry::is_internal_label(name)) names.emplace(name);
  }
};

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

void add_labels(const ast::Body& body, std::string_view block, Labels& labels) {
  const bool sets_values = is_one_of(block, {"stage.labels", "stage.static_labels"});
  for (const ast::Statement* one : body.statements) {
    if (one->is_block && one->name == "rule") {
      add_rule(*one, labels);
    } else if (one->is_block) {
      if (is_one_of(one->name, {"stage.label_drop", "stage.label_keep", "stage.pack"}))
        labels.is_bounded = false;
      add_labels(one->body, one->name, labels);
    } else if (is_one_of(one->name, {"labels", "external_labels", "targets", "path_targets"}) ||
               (one->name == "values" && sets_values)) {
      add_keys(*one->value, labels);
    }
  }
}

/// What a component says of streams with its defaults.
std::optional<components::Streams> streams_of(const Node& node) {
  if (node.signature->streams == nullptr) return std::nullopt;
  const auto arguments = node.signature->make_arguments();
  return std::any_cast<components::Streams>(node.signature->streams(arguments.get()));
}

/// Follows the lines of a source, and what it takes from others.
class Way {
 public:
  explicit Way(const Node& source) {
    add_own(source);
    visit(source, true);
  }
  const Labels& labels() const { return labels_; }

 private:
  /// Labels that the source gives without being told.
  void add_own(const Node& source) {
    const auto streams = streams_of(source);
    if (!streams) return;
    for (const components::SourceStreams& one : streams->sources) {
      if (one.has_job) labels_.add("job");
      if (!one.path_label.empty()) labels_.add("filename");
    }
  }

  void visit(const Node& node, bool is_on_way) {
    if (!seen_.insert(&node).second) return;
    add_labels(node.block->body, "", labels_);
    for (const Node* other : node.dependencies) {
      const bool takes_lines = has_field(other->signature->exports, {"receiver", "input"});
      // What provides targets or rules hands no lines on.
      if (!takes_lines || is_on_way) visit(*other, takes_lines);
    }
  }

  std::set<const Node*> seen_;
  Labels labels_;
};

}  // namespace

bool reads_containers(const Program& program) {
  return std::any_of(program.nodes.begin(), program.nodes.end(), [](const auto& node) {
    const auto streams = streams_of(*node);
    return streams &&
           std::any_of(streams->sources.begin(), streams->sources.end(), [](const auto& source) {
             return source.medium == components::SourceStreams::Medium::containers;
           });
  });
}

void check_budget(const Program& program, Diagnostics& diagnostics) {
  for (const auto& node : program.nodes) {
    const bool is_source = has_field(node->signature->arguments.fields, {"forward_to"}) &&
                           !has_field(node->signature->exports, {"receiver", "input"});
    if (!is_source || node->signature->streams == nullptr) continue;
    const Way way(*node);
    const auto& names = way.labels().names;
    if (!way.labels().is_bounded || names.size() <= kLabelsMax) continue;
    diagnostics
        .warning("C035", node->block->header_span(),
                 "streams of {} can have {} labels, and Loki takes {}: {}", node->id, names.size(),
                 kLabelsMax, fmt::join(names, ", "))
        .with_help("leave some in the line, or use stage.structured_metadata");
  }
}

}  // namespace compiler::checks
