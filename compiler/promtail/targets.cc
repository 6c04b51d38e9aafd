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
    {"refresh_interval", "refresh_interval", Kind::duration},
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

/// Some rule writes the label.
bool writes(const Node& rules, std::string_view label) {
  return std::any_of(rules.items.begin(), rules.items.end(), [&](const Node* rule) {
    const yaml::Pair* target = rule->kind == yaml::Kind::map ? rule->find("target_label") : nullptr;
    return target != nullptr && target->value->text == label;
  });
}

}  // namespace

std::string Importer::static_targets(const Node& list) {
  std::vector<std::string> targets;
  for (const Node* one : items(list, "static_configs")) {
    Fields fields(*one, "static_configs", wording(), diagnostics_);
    const auto addresses = fields.texts("targets");
    std::vector<std::pair<std::string, std::string>> labels;
    labels.emplace_back("__address__",
                        text(*one, addresses.empty() ? "localhost" : addresses.front()));
    const Node* given = fields.value("labels");
    if (given == nullptr) {
      lost(one->span, "targets without labels are not carried over: there is no __path__");
      continue;
    }
    targets.push_back(map(*given, "labels", std::move(labels)));
  }
  return list_expression(targets);
}

std::string Importer::file_discovery(const Job& job, const Node& list) {
  std::vector<std::string> outputs;
  for (const Node* one : items(list, "file_sd_configs")) {
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
  for (const Node* one : items(list, "kubernetes_sd_configs")) {
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
      for (const Node* selector : items(*selectors, "selectors")) {
        Fields inner(*selector, "a selector", wording(), diagnostics_);
        out_.open("selectors");
        copy(inner, kSelector);
        out_.close();
      }
    http_client(fields, "KUBERNETES_" + upper(label));
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
    if (writes(*job.relabel, kHostLabel)) {
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
  out_.at(fields.map().span);
  out_.open("local.file_match", job.name);
  out_.set("path_targets", targets);
  if (!sync_period_.empty()) out_.set("sync_period", sync_period_);
  out_.close();
  out_.open("loki.source.file", job.name);
  out_.set("targets", fmt::format("local.file_match.{}.targets", job.name));
  constexpr Setting kEncoding[] = {{"encoding", "encoding"}};
  copy(fields, kEncoding);
  out_.set("legacy_positions_file", positions_file_);
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

}  // namespace compiler::promtail
