#include <fmt/format.h>

#include <algorithm>

#include "compiler/promtail/importer.h"

/// `relabel_configs`: rules of discovery.relabel for targets, of loki.relabel for entries.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

constexpr Setting kRule[] = {
    {"source_labels", "source_labels", Kind::texts},
    {"separator", "separator"},
    {"regex", "regex", Kind::pattern},
    {"modulus", "modulus", Kind::literal},
    {"target_label", "target_label", Kind::pattern},
    {"replacement", "replacement", Kind::pattern},
    {"action", "action"},
};

}  // namespace

void Importer::rules(const Job& job, std::string_view component, std::string_view own_attribute,
                     std::string_view value, const std::vector<std::string>& first) {
  out_.open(component, job.name);
  out_.set(own_attribute, value);
  for (const std::string& rule : first) {
    out_.open("rule");
    // A list of NAME=EXPRESSION lines.
    size_t at = 0;
    while (at < rule.size()) {
      const size_t end = std::min(rule.find('\n', at), rule.size());
      const std::string_view line = std::string_view(rule).substr(at, end - at);
      const size_t equals = line.find('=');
      out_.set(line.substr(0, equals), line.substr(equals + 1));
      at = end + 1;
    }
    out_.close();
  }
  if (job.relabel != nullptr)
    for (const Node* one : job.relabel->items) rule(*one);
  out_.close();
}

void Importer::rule(const Node& node) {
  Fields fields(node, "a relabel rule", wording(), diagnostics_);
  out_.at(node.span);
  out_.open("rule");
  copy(fields, kRule);
  out_.close();
}

/// Some rule of the job reads the label, or may by a pattern.
bool Importer::reads(const Job& job, std::string_view label) const {
  if (job.relabel == nullptr) return false;
  return std::any_of(job.relabel->items.begin(), job.relabel->items.end(), [&](const Node* rule) {
    if (rule->kind != yaml::Kind::map) return false;
    const yaml::Pair* sources = rule->find("source_labels");
    if (sources == nullptr) return false;
    return std::any_of(sources->value->items.begin(), sources->value->items.end(),
                       [&](const Node* name) { return name->text == label; });
  });
}

}  // namespace compiler::promtail
