#include <algorithm>
#include <functional>
#include <queue>

#include "river/config/steps.h"

namespace river::config {

std::vector<size_t> dependency_order(const Dependencies& dependencies) {
  const size_t count = dependencies.size();
  std::vector<std::vector<size_t>> dependents(count);
  std::vector<size_t> waiting_for(count);
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t node = 0; node < count; ++node) {
    waiting_for[node] = dependencies[node].size();
    for (const size_t dependency : dependencies[node]) dependents[dependency].push_back(node);
    if (waiting_for[node] == 0) ready.push(node);
  }
  std::vector<size_t> order;
  std::vector<bool> placed(count);
  for (size_t next_stuck = 0; order.size() < count;) {
    if (ready.empty()) {
      while (placed[next_stuck]) ++next_stuck;
      ready.push(next_stuck);
    }
    const size_t node = ready.top();
    ready.pop();
    if (placed[node]) continue;
    placed[node] = true;
    order.push_back(node);
    for (const size_t dependent : dependents[node])
      if (--waiting_for[dependent] == 0) ready.push(dependent);
  }
  return order;
}

namespace {

/// Tarjan's strongly connected components, with a stack of its own: a config may chain any number
/// of components.
class Tarjan {
 public:
  explicit Tarjan(const Dependencies& dependencies)
      : dependencies_(dependencies), states_(dependencies.size()) {}

  std::vector<std::vector<size_t>> run() {
    for (size_t node = 0; node < states_.size(); ++node)
      if (!states_[node].visited) visit_from(node);
    return std::move(groups_);
  }

 private:
  struct State {
    bool visited = false;
    bool open = false;  ///< on open_: its group is not complete yet
    size_t index = 0;   ///< order of the visit
    size_t low = 0;     ///< the earliest open node that can be reached
    size_t next_edge = 0;
  };

  void enter(size_t node) {
    states_[node] = {.visited = true, .open = true, .index = visited_, .low = visited_};
    ++visited_;
    open_.push_back(node);
    path_.push_back(node);
  }

  void visit_from(size_t start) {
    enter(start);
    while (!path_.empty()) {
      const size_t node = path_.back();
      State& state = states_[node];
      if (state.next_edge < dependencies_[node].size()) {
        const size_t target = dependencies_[node][state.next_edge++];
        if (!states_[target].visited)
          enter(target);
        else if (states_[target].open)
          state.low = std::min(state.low, states_[target].index);
        continue;
      }
      path_.pop_back();
      if (!path_.empty())
        states_[path_.back()].low = std::min(states_[path_.back()].low, state.low);
      if (state.low == state.index) close_group(node);
    }
  }

  void close_group(size_t root) {
    std::vector<size_t> group;
    do {
      group.push_back(open_.back());
      states_[open_.back()].open = false;
      open_.pop_back();
    } while (group.back() != root);
    if (group.size() < 2) return;
    std::sort(group.begin(), group.end());
    groups_.push_back(std::move(group));
  }

  const Dependencies& dependencies_;
  std::vector<State> states_;
  std::vector<size_t> open_;
  std::vector<size_t> path_;
  std::vector<std::vector<size_t>> groups_;
  size_t visited_ = 0;
};

}  // namespace

std::vector<std::vector<size_t>> cycles(const Dependencies& dependencies) {
  auto groups = Tarjan(dependencies).run();
  std::sort(groups.begin(), groups.end());
  return groups;
}

}  // namespace river::config
