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
    {"action", "action", Kind::word},
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

}  // namespace compiler::promtail
