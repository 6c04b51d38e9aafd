#pragma once
#include <memory>
#include <optional>
#include <unordered_map>

#include "components/component.h"
#include "components/discovery/relabel/signature.h"

namespace components::discovery::relabel {

/// The targets that the rules keep, in order, with their labels changed. Labels that start with
/// "__" stay: consumers need them.
river::schema::Targets apply(const river::schema::Targets& targets, const RelabelRules& rules);

/// The same from list to list: targets that are the same objects as before get their result of
/// before, as long as the rules are the same.
class RelabelledTargets {
 public:
  river::schema::Targets apply(const river::schema::Targets& targets,
                               const std::shared_ptr<const RelabelRules>& rules);

 private:
  struct Known {
    river::schema::Target target;  ///< holds the object whose address is the key
    std::optional<river::schema::Target> result;
  };
  std::unordered_map<const void*, Known> known_;
  std::shared_ptr<const RelabelRules> rules_;
};

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
  river::Value rule_;  ///< what `rules_` were made of
  std::shared_ptr<const RelabelRules> rules_;
  RelabelledTargets relabelled_;
};

}  // namespace components::discovery::relabel
