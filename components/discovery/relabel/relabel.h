#pragma once
#include "components/component.h"
#include "components/discovery/relabel/signature.h"

namespace components::discovery::relabel {

/// The targets that the rules keep, in order, with their labels changed. Labels that start with
/// "__" stay: consumers need them.
river::schema::Targets apply(const river::schema::Targets& targets, const RelabelRules& rules);

/// discovery.relabel: a pure function of its arguments. Publishes in the constructor and at each
/// update; has no thread.
class Relabel final : public ComponentOf<Arguments> {
 public:
  Relabel(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override {}

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  void publish(const Arguments& arguments);

  Context context_;
};

}  // namespace components::discovery::relabel
