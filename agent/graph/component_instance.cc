#include "agent/graph/component_instance.h"

namespace agent::graph {

using components::Health;

void ComponentInstance::start() {
  if (!component) return;
  start_error.clear();
  if (auto started = component->start(); !started) {
    start_error = started.error().message;
    base::Logger(id()).error("cannot start: {}", start_error);
  }
}

void ComponentInstance::stop() {
  if (component && start_error.empty()) component->stop();
}

void ComponentInstance::take(Arguments next) {
  if (!(next.encoded == arguments.encoded)) return update(std::move(next));
  if (!update_failed) evaluation_error.clear();
}

void ComponentInstance::keep_arguments(std::string error) {
  evaluation_error = std::move(error);
  base::Logger(id()).error("keeps its old arguments: {}", evaluation_error);
}

void ComponentInstance::update(Arguments next) {
  arguments = std::move(next);
  evaluation_error.clear();
  update_failed = false;
  if (!component || !start_error.empty()) return;  // The next try to start takes the new arguments.
  if (auto updated = component->update(arguments.decoded.get()); !updated) {
    evaluation_error = updated.error().message;
    update_failed = true;
    base::Logger(id()).error("cannot take its new arguments: {}", evaluation_error);
  }
}

bool ComponentInstance::needs_update() const {
  if (!component || !start_error.empty()) return false;
  return update_failed || component->is_incomplete();
}

Health ComponentInstance::health() const {
  if (!component) return {Health::State::healthy, {}};
  if (!start_error.empty()) return {Health::State::unhealthy, start_error};
  if (!evaluation_error.empty()) return {Health::State::unhealthy, evaluation_error};
  return component->health();
}

}  // namespace agent::graph
