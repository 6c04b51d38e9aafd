#include "components/discovery/kubernetes/groups.h"

#include <utility>

namespace components::discovery::kubernetes {

bool Groups::set(const std::string& source, river::schema::Targets targets,
                 std::set<std::string> made_of) {
  const auto [found, is_new] = groups_.try_emplace(source);
  Group& group = found->second;
  if (group.made_of != made_of) {
    forget(source, group);
    for (const std::string& object : made_of) sources_of_[object].insert(source);
    group.made_of = std::move(made_of);
  }
  // Mostly one of several changed, or none: a pod's status does not show in its targets.
  bool is_changed = is_new || group.targets.size() != targets.size();
  for (size_t i = 0; i < targets.size() && i < group.targets.size(); ++i) {
    if (group.targets[i] == targets[i])
      targets[i] = group.targets[i];
    else
      is_changed = true;
  }
  count_ += targets.size() - group.targets.size();
  group.targets = std::move(targets);
  return is_changed;
}

bool Groups::erase(const std::string& source) {
  const auto found = groups_.find(source);
  if (found == groups_.end()) return false;
  forget(source, found->second);
  count_ -= found->second.targets.size();
  const bool is_changed = !found->second.targets.empty();
  groups_.erase(found);
  return is_changed;
}

void Groups::forget(const std::string& source, const Group& group) {
  for (const std::string& object : group.made_of) {
    const auto found = sources_of_.find(object);
    found->second.erase(source);
    if (found->second.empty()) sources_of_.erase(found);
  }
}

std::vector<std::string> Groups::made_of(std::string_view object) const {
  const auto found = sources_of_.find(object);
  if (found == sources_of_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

river::schema::Targets Groups::all() const {
  river::schema::Targets out;
  out.reserve(count_);
  for (const auto& [source, group] : groups_)
    out.insert(out.end(), group.targets.begin(), group.targets.end());
  return out;
}

}  // namespace components::discovery::kubernetes
