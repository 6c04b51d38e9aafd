#include "components/pyroscope/enrich/enrich.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "components/shared/batches.h"
#include "river/schema/decode.h"

namespace components::pyroscope::enrich {
namespace {

constexpr size_t kRemembered = 10000;

/// Labels of targets, by the value that profiles have as well. Immutable.
class TargetsByValue {
 public:
  explicit TargetsByValue(const Arguments& arguments)
      : profile_label_(arguments.profiles_match_label.empty() ? arguments.target_match_label
                                                              : arguments.profiles_match_label) {
    for (const river::schema::Target& target : arguments.targets) {
      const auto found = target.find(arguments.target_match_label);
      if (found == target.end() || found->second.empty()) continue;
      auto& labels = by_value_[found->second];
      labels.clear();
      for (const auto& [name, value] : target)
        if (!value.empty() && is_copied(arguments.labels_to_copy, name))
          labels.emplace_back(name, value);
    }
  }

  /// Sets the labels of the profile's target, in place of those it has.
  void enrich(telemetry::LabelsBuilder& labels) const {
    const auto found = by_value_.find(std::string(labels.get(profile_label_)));
    if (found == by_value_.end()) return;
    for (const auto& [name, value] : found->second) labels.set(name, value);
  }

 private:
  static bool is_copied(const std::vector<std::string>& wanted, std::string_view name) {
    return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
  }

  const std::string profile_label_;
  std::unordered_map<std::string, std::vector<telemetry::Label>> by_value_;
};

}  // namespace

Enrich::Enrich(Context context, const Arguments& arguments)
    : context_(std::move(context)), rewriter_(std::make_shared<Rewriter>(context_.metrics)) {
  (void)update(arguments);  // It cannot fail: there is nothing outside to fail.
  const Exports exports{.receiver = {rewriter_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Enrich::update(const Arguments& arguments) {
  auto targets = std::make_shared<const TargetsByValue>(arguments);
  rewriter_->set_rewrite(
      [targets = std::move(targets)](telemetry::LabelsBuilder& labels) {
        targets->enrich(labels);
        return true;
      },
      kRemembered);
  rewriter_->set_next(receivers_of(arguments.forward_to));
  return {};
}

}  // namespace components::pyroscope::enrich
