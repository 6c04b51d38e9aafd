#include "agent/graph/component_instance.h"

#include <utility>

namespace agent::graph {

using components::Health;

namespace {

/// In place of exports that are not known: null decodes into empty lists and strings.
river::Value null_exports(const river::schema::Signature& signature) {
  river::Object fields;
  for (const auto& field : signature.exports)
    fields.emplace_back(std::string(field.name), river::Value());
  return river::Value::object(std::move(fields));
}

}  // namespace

bool ComponentInstance::refresh_exports() {
  river::Value now = slot->get();
  const bool is_published = !now.is_null();
  if (!is_published) now = null_exports(*node->signature);
  const bool are_known = node->signature->exports.empty() || (is_published && !is_provisional);
  const bool became_known = are_known && !exports_are_known;
  exports_are_known = are_known;
  if (!became_known && now == exports) return false;
  exports = std::move(now);
  return true;
}

void ComponentInstance::start() {
  if (!component) return;
  start_error.clear();
  if (auto started = component->start(); !started) {
    start_error = started.error().message;
    base::Logger(id()).error("cannot start: {}", start_error);
  }
}

void ComponentInstance::start_late() {
  waits_to_start = false;
  start();
  if (std::exchange(has_newer_arguments_, false) && is_started()) update(std::move(arguments));
}

void ComponentInstance::drain(components::Component::Clock::time_point deadline) {
  if (is_started() && !std::exchange(is_ending_, true)) component->drain(deadline);
}

bool ComponentInstance::is_started() const {
  return component && !waits_to_start && start_error.empty();
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
  has_newer_arguments_ = waits_to_start;
  if (!is_started()) return;  // The next try to start takes the new arguments.
  if (auto updated = component->update(arguments.decoded.get()); !updated) {
    evaluation_error = updated.error().message;
    update_failed = true;
    base::Logger(id()).error("cannot take its new arguments: {}", evaluation_error);
  }
}

bool ComponentInstance::needs_update() const {
  if (!is_started()) return false;
  return update_failed || component->is_incomplete();
}

Health ComponentInstance::health() const {
  if (!component) return {Health::State::healthy, {}};
  if (waits_to_start)
    return {Health::State::unknown,
            "starts when its predecessor, which was removed, has delivered what it had"};
  if (!start_error.empty()) return {Health::State::unhealthy, start_error};
  if (!evaluation_error.empty()) return {Health::State::unhealthy, evaluation_error};
  Health health = component->health();
  if (health.message.empty() && !waits_for.empty())
    health.message = "keeps its arguments until the exports of " + waits_for + " are known";
  return health;
}

}  // namespace agent::graph
