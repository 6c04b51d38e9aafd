#include "components/loki/source_docker/source.h"

#include <utility>

#include "components/shared/batches.h"
#include "river/schema/decode.h"

namespace components::loki::source_docker {
namespace {

bool same_daemon(const Arguments& a, const Arguments& b) {
  return a.host == b.host && a.refresh_interval == b.refresh_interval &&
         river::schema::encode(kHttpClient, &a.http_client_config) ==
             river::schema::encode(kHttpClient, &b.http_client_config);
}

}  // namespace

Source::Source(Context context, const Arguments& arguments)
    : context_(std::move(context)), arguments_(arguments) {}

base::Result<void> Source::start() {
  auto endpoint = docker_api::endpoint(arguments_.host, arguments_.http_client_config,
                                       arguments_.refresh_interval.value);
  if (!endpoint) return base::in_context("host", endpoint.error());
  if (auto started = context_.loop->start(); !started) return started;
  auto environment = std::make_shared<Environment>(context_, std::move(*endpoint));
  environment->outbox.set_receivers(receivers_of(arguments_.forward_to));
  if (auto started = environment->outbox.start("loki.docker/out"); !started) return started;
  environment_ = std::move(environment);
  set_daemon(environment_->endpoint);
  forget_gone(*environment_->positions, kForgetAfter);
  set_targets();
  return {};
}

void Source::set_daemon(docker_api::Endpoint endpoint) {
  environment_->endpoint = std::move(endpoint);
  environment_->early_output =
      std::make_shared<EarlyOutput>(environment_->loop, environment_->endpoint);
  environment_->early_output->start();
}

void Source::stop_reading() {
  for (const auto& [id, tailer] : tailers_) tailer->stop();
  tailers_.clear();
  if (environment_) environment_->early_output->stop();
}

void Source::drain(Clock::time_point) {
  stop_reading();
  if (environment_) environment_->outbox.begin_stop();
}

void Source::stop() {
  stop_reading();
  if (environment_) environment_->outbox.stop();
}

base::Result<void> Source::update(const Arguments& arguments) {
  // What may fail comes first: a refused update leaves everything as it was.
  auto endpoint = docker_api::endpoint(arguments.host, arguments.http_client_config,
                                       arguments.refresh_interval.value);
  if (!endpoint) return base::in_context("host", endpoint.error());
  const bool is_same = same_daemon(arguments_, arguments);
  const bool same_labels = arguments_.relabel_rules.pointer == arguments.relabel_rules.pointer &&
                           arguments_.labels.entries == arguments.labels.entries;
  if (!same_labels) labelled_.clear();
  arguments_ = arguments;
  if (!environment_) return {};
  environment_->outbox.set_receivers(receivers_of(arguments_.forward_to));
  if (!is_same) {
    stop_reading();
    set_daemon(std::move(*endpoint));
  }
  set_targets();
  return {};
}

void Source::set_targets() {
  const RelabelRules none;
  const auto& rules = arguments_.relabel_rules.pointer;
  const auto wanted = one_per_container(arguments_.targets);
  for (const auto& [id, target] : wanted) {
    const auto tailer = tailers_.find(id);
    // With many containers most are as they were, and their labels cost more than all else.
    const auto labelled = labelled_.find(id);
    const bool same = labelled != labelled_.end() && labelled->second == *target;
    if (same && tailer != tailers_.end()) {
      tailer->second->set_wanted(true);
      continue;
    }
    const std::string key(id);
    labelled_.insert_or_assign(key, *target);
    auto labels =
        std::make_shared<const TargetLabels>(*target, arguments_.labels, rules ? *rules : none);
    note_target(*environment_->positions, id);
    if (tailer != tailers_.end()) {
      tailer->second->set_labels(std::move(labels));
      tailer->second->set_wanted(true);
    } else {
      const auto made = std::make_shared<Tailer>(key, environment_, std::move(labels));
      made->start();
      tailers_[key] = made;
    }
  }
  std::erase_if(labelled_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  for (const auto& [id, tailer] : tailers_)
    if (!wanted.contains(id) && tailer->set_wanted(false)) note_gone(*environment_->positions, id);
  std::erase_if(tailers_, [&](const auto& entry) {
    return !wanted.contains(entry.first) && entry.second->finished();
  });
}

Health Source::health() const {
  for (const auto& [id, tailer] : tailers_)
    if (const std::string problem = tailer->problem(); !problem.empty())
      return {Health::State::unhealthy, fmt::format("container {:.12}: {}", id, problem)};
  if (environment_)
    if (const auto saved = environment_->positions->health(); !saved)
      return {Health::State::unhealthy, saved.error().message};
  return {Health::State::healthy, {}};
}

}  // namespace components::loki::source_docker
