#include "agent/graph/running.h"

namespace agent {

using components::Health;

void Running::start() {
  if (!component) return;
  start_error.clear();
  if (auto started = component->start(); !started) {
    start_error = started.error().message;
    base::Logger(id()).error("cannot start: {}", start_error);
  }
}

void Running::stop() {
  if (component && start_error.empty()) component->stop();
}

void Running::take(Arguments next) {
  if (!(next.encoded == arguments.encoded)) return update(std::move(next));
  if (!update_failed) evaluation_error.clear();
}

void Running::keep_arguments(std::string error) {
  evaluation_error = std::move(error);
  base::Logger(id()).error("keeps its old arguments: {}", evaluation_error);
}

void Running::update(Arguments next) {
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

Health Running::health() const {
  if (!component) return {Health::State::healthy, {}};
  if (!start_error.empty()) return {Health::State::unhealthy, start_error};
  if (!evaluation_error.empty()) return {Health::State::unhealthy, evaluation_error};
  return component->health();
}

}  // namespace agent
