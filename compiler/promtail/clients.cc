#include <fmt/format.h>

#include "compiler/promtail/importer.h"

/// `clients`: a loki.write for each, as external labels may differ.
namespace compiler::promtail {

using yaml::Fields;
using yaml::Node;

namespace {

constexpr Setting kEndpoint[] = {
    {"tenant_id", "tenant_id"},
    {"batchwait", "batch_wait"},
    {"batchsize", "batch_size", Kind::size},
    {"timeout", "remote_timeout"},
};

constexpr Setting kBackoff[] = {
    {"min_period", "min_backoff_period"},
    {"max_period", "max_backoff_period"},
    {"max_retries", "max_backoff_retries", Kind::literal},
};

}  // namespace

void Importer::clients(const Node* node, const Node* single) {
  size_t number = 0;
  if (single != nullptr) client(*single, ++number);
  if (node == nullptr) return;
  for (const Node* one : items(*node, "clients")) client(*one, ++number);
}

void Importer::client(const Node& node, size_t number) {
  Fields fields(node, "a client", wording(), diagnostics_);
  const std::string given = fields.text("name").value_or("");
  const std::string label = unique(!given.empty() ? given
                                   : number == 1  ? "default"
                                                  : fmt::format("client_{}", number));
  out_.at(node.span);
  out_.open("loki.write", label);
  out_.open("endpoint");
  endpoint(fields, label);
  out_.close();
  if (const Node* labels = fields.value("external_labels"))
    out_.set("external_labels",
             expression(*labels, {"external_labels", "external_labels", Kind::map}));
  out_.close();
  writers_.push_back(fmt::format("loki.write.{}.receiver", label));
}

void Importer::endpoint(Fields& fields, const std::string& label) {
  const bool has_login = fields.value("basic_auth") != nullptr;
  const std::string prefix = label == "default" ? "LOKI" : "LOKI_" + upper(label);
  url(fields, prefix, has_login);
  copy(fields, kEndpoint);
  pairs_with_secrets(fields, "headers", prefix + "_HEADER");
  if (const Node* backoff = fields.value("backoff_config")) {
    Fields inner(*backoff, "backoff_config", wording(), diagnostics_);
    copy(inner, kBackoff);
  }
  if (const Node* drops = fields.value("drop_rate_limited_batches")) {
    if (const auto does = as_bool(*drops))
      out_.set("retry_on_http_429", *does ? "false" : "true");
    else
      out_.set("retry_on_http_429", "!" + literal(*drops, "drop_rate_limited_batches"));
  }
  without(fields, "stream_lag_labels", "the agent's own metrics say how far it lags");
  http_client(fields, prefix);
}

}  // namespace compiler::promtail
