#include "components/prometheus/enrich/enrich.h"

#include <algorithm>

#include "components/shared/batches.h"
#include "river/schema/decode.h"

namespace components::prometheus::enrich {
namespace {

/// Values, apart: none of them holds a NUL.
void append_value(std::string& key, std::string_view value) {
  key += value;
  key += '\0';
}

}  // namespace

TargetIndex::TargetIndex(const Arguments& arguments) {
  const auto matches = arguments.matches();
  for (const auto& [target_label, metric_label] : matches) metric_labels_.push_back(metric_label);
  const auto is_copied = [&](const std::string& name) {
    return arguments.labels_to_copy.empty() ||
           std::ranges::find(arguments.labels_to_copy, name) != arguments.labels_to_copy.end();
  };
  for (const river::schema::Target& target : arguments.targets) {
    std::string key;
    bool has_all = true;
    for (const auto& [target_label, metric_label] : matches) {
      const auto found = target.find(target_label);
      has_all = has_all && found != target.end() && !found->second.empty();
      if (has_all) append_value(key, found->second);
    }
    if (!has_all) continue;
    Labels labels;
    for (const auto& [name, value] : target)
      if (!value.empty() && is_copied(name)) labels.emplace_back(name, value);
    by_values_[key] = std::move(labels);
  }
}

void TargetIndex::enrich(telemetry::LabelsBuilder& labels) const {
  std::string key;
  for (const std::string& name : metric_labels_) append_value(key, labels.get(name));
  const auto found = by_values_.find(key);
  if (found == by_values_.end()) return;
  for (const auto& [name, value] : found->second) labels.set(name, value);
}

Enrich::Enrich(Context context, const Arguments& arguments)
    : context_(std::move(context)), rewriter_(std::make_shared<Rewriter>(context_.metrics)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
  const Exports exports{.receiver = {rewriter_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Enrich::update(const Arguments& arguments) {
  auto index = std::make_shared<const TargetIndex>(arguments);
  rewriter_->set_rewrite([index = std::move(index)](telemetry::LabelsBuilder& labels) {
    index->enrich(labels);
    return true;
  });
  rewriter_->set_next(receivers_of(arguments.forward_to));
  return {};
}

}  // namespace components::prometheus::enrich
