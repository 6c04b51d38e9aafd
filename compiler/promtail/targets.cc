#include <fmt/format.h>

#include <algorithm>

#include "compiler/promtail/importer.h"

/// Targets of files: written, from files, or of Kubernetes; rules, search, and the source.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

constexpr Setting kFileDiscovery[] = {
    {"files", "files", Kind::texts},
    {"refresh_interval", "refresh_interval"},
};

constexpr Setting kKubernetes[] = {
    {"role", "role"},
    {"api_server", "api_server"},
    {"kubeconfig_file", "kubeconfig_file"},
};

constexpr Setting kSelector[] = {{"role", "role"}, {"label", "label"}, {"field", "field"}};

constexpr Setting kDecompression[] = {
    {"enabled", "enabled", Kind::literal},
    {"initial_delay", "initial_delay"},
    {"format", "format"},
};

/// Promtail reads only what is on its own node, when targets say where they are.
constexpr std::string_view kHostLabel = "__host__";

}  // namespace

std::string Importer::static_targets(const Node& list) {
  std::vector<std::string> targets;
  for (const Node* one : list.items) {
    Fields fields(*one, "static_configs", wording(), diagnostics_);
    const auto addresses = fields.texts("targets");
    std::vector<std::pair<std::string, std::string>> labels;
    labels.emplace_back("__address__",
                        text_expression(addresses.empty() ? "localhost" : addresses.front(), true));
    const Node* given = fields.value("labels");
    if (given == nullptr) {
      lost(one->span, "targets without labels are not carried over: there is no __path__");
      continue;
    }
    for (const yaml::Pair& pair : given->pairs)
      labels.emplace_back(pair.key, text_expression(text_of(*pair.value, pair.key), true));
    targets.push_back(object_expression(labels));
  }
  return list_expression(targets);
}

std::string Importer::file_discovery(const Job& job, const Node& list) {
  std::vector<std::string> outputs;
  for (const Node* one : list.items) {
    const std::string label = outputs.empty() ? job.name : unique(job.title);
    Fields fields(*one, "file_sd_configs", wording(), diagnostics_);
    out_.open("discovery.file", label);
    copy(fields, kFileDiscovery);
    out_.close();
    outputs.push_back(fmt::format("discovery.file.{}.targets", label));
  }
  if (outputs.size() == 1) return outputs.front();
  return fmt::format("array.concat({})", fmt::join(outputs, ", "));
}

std::string Importer::kubernetes(const Job& job, const Node& list) {
  std::vector<std::string> outputs;
  for (const Node* one : list.items) {
    const std::string label = outputs.empty() ? job.name : unique(job.title);
    Fields fields(*one, "kubernetes_sd_configs", wording(), diagnostics_);
    out_.open("discovery.kubernetes", label);
    copy(fields, kKubernetes);
    if (const Node* namespaces = fields.value("namespaces")) {
      Fields inner(*namespaces, "namespaces", wording(), diagnostics_);
      constexpr Setting kNames[] = {{"own_namespace", "own_namespace", Kind::literal},
                                    {"names", "names", Kind::texts}};
      out_.open("namespaces");
      copy(inner, kNames);
      out_.close();
    }
    if (const Node* selectors = fields.value("selectors"))
      for (const Node* selector : selectors->items) {
        Fields inner(*selector, "a selector", wording(), diagnostics_);
        out_.open("selectors");
        copy(inner, kSelector);
        out_.close();
      }
    out_.close();
    outputs.push_back(fmt::format("discovery.kubernetes.{}.targets", label));
  }
  if (outputs.size() == 1) return outputs.front();
  return fmt::format("array.concat({})", fmt::join(outputs, ", "));
}

/// targets -> rules -> search for files -> source
void Importer::files_of(const Job& job, std::string targets, Fields& fields) {
  if (job.relabel != nullptr) {
    rules(job, "discovery.relabel", "targets", targets);
    targets = fmt::format("discovery.relabel.{}.output", job.name);
    if (sets(job, kHostLabel)) {
      const std::string own = unique(job.title + "_here");
      out_.open("discovery.relabel", own);
      out_.set("targets", targets);
      out_.open("rule");
      out_.set("source_labels", "[\"__host__\"]");
      out_.set("regex", "\"|\" + coalesce(sys.env(\"HOSTNAME\"), constants.hostname)");
      out_.set("action", "\"keep\"");
      out_.close();
      out_.close();
      targets = fmt::format("discovery.relabel.{}.output", own);
    }
  }
  out_.open("local.file_match", job.name);
  out_.set("path_targets", targets);
  if (!sync_period_.empty()) out_.set("sync_period", sync_period_);
  out_.close();
  out_.open("loki.source.file", job.name);
  out_.set("targets", fmt::format("local.file_match.{}.targets", job.name));
  constexpr Setting kEncoding[] = {{"encoding", "encoding"}};
  copy(fields, kEncoding);
  if (!positions_file_.empty()) out_.set("legacy_positions_file", positions_file_);
  if (const Node* decompression = fields.value("decompression")) {
    Fields inner(*decompression, "decompression", wording(), diagnostics_);
    out_.open("decompression");
    copy(inner, kDecompression);
    out_.close();
  }
  if (!file_watch_.empty()) {
    out_.open("file_watch");
    for (const auto& [name, value] : file_watch_) out_.set(name, value);
    out_.close();
  }
  out_.set("forward_to", job.receivers);
  out_.close();
}

/// Some rule of the job writes the label.
bool Importer::sets(const Job& job, std::string_view label) const {
  return std::any_of(job.relabel->items.begin(), job.relabel->items.end(), [&](const Node* rule) {
    const yaml::Pair* target = rule->kind == yaml::Kind::map ? rule->find("target_label") : nullptr;
    return target != nullptr && target->value->text == label;
  });
}

}  // namespace compiler::promtail
