#pragma once
#include <cstddef>
#include <memory>
#include <utility>

#include "components/component.h"
#include "components/shared/batches.h"
#include "components/shared/rule/signature.h"
#include "river/schema/decode.h"

/// What the components of all signals have in common that apply relabel rules to what passes.
namespace components {

/// A holder of rules. Exports them, and a Relabeler, the receiver of its signal that applies them:
/// it has set_rules(rules, cache_entries_max), which forgets the results of other rules,
/// set_next(receivers), and close(), after which it abandons batches.
template <class Arguments, class Exports, class Relabeler,
          const river::schema::Signature& signature>
class RelabelComponent final : public ComponentOf<Arguments> {
 public:
  RelabelComponent(Context context, const Arguments& arguments)
      : context_(std::move(context)), relabeler_(std::make_shared<Relabeler>(context_.metrics)) {
    use(arguments);
  }

  base::Result<void> start() override { return {}; }
  void stop() override { relabeler_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    use(arguments);
    return {};
  }

 private:
  void use(const Arguments& arguments) {
    const auto rules = std::make_shared<const RelabelRules>(to_rules(arguments.rule));
    relabeler_->set_rules(rules, static_cast<size_t>(arguments.max_cache_size));
    relabeler_->set_next(receivers_of(arguments.forward_to));
    const Exports exports{.receiver = {relabeler_}, .rules = {rules}};
    context_.publish(river::schema::encode_exports(signature.exports, &exports));
  }

  Context context_;
  std::shared_ptr<Relabeler> relabeler_;
};

}  // namespace components
