#include "components/loki/source_kubernetes/source.h"

#include <utility>

#include "components/shared/batches.h"
#include "components/shared/targets.h"
#include "telemetry/text.h"

namespace components::loki::source_kubernetes {
namespace {

std::string label_of(const river::schema::Target& target, std::string_view own,
                     std::string_view discovered) {
  return std::string(own_label(target, own, own_label(target, discovered)));
}

}  // namespace

std::optional<ContainerName> container_of(const river::schema::Target& target) {
  ContainerName name{
      label_of(target, "__pod_namespace__", "__meta_kubernetes_namespace"),
      label_of(target, "__pod_name__", "__meta_kubernetes_pod_name"),
      label_of(target, "__pod_container_name__", "__meta_kubernetes_pod_container_name"),
      label_of(target, "__pod_uid__", "__meta_kubernetes_pod_uid")};
  if (name.namespace_.empty() || name.pod.empty() || name.container.empty() || name.pod_uid.empty())
    return std::nullopt;
  return name;
}

telemetry::Labels labels_of(const river::schema::Target& target, const ContainerName& name,
                            const std::string& component_id) {
  std::map<std::string, std::string> labels{{"instance", name.text()}, {"job", component_id}};
  for (const auto& [label, value] : target)
    if (!telemetry::is_internal_label(label) && !value.empty())
      labels.insert_or_assign(label, value);
  return telemetry::Labels(std::vector<telemetry::Label>(labels.begin(), labels.end()));
}

Source::Source(Context context, const Arguments& arguments)
    : context_(std::move(context)), arguments_(arguments) {}

base::Result<void> Source::start() {
  auto connection = kubernetes::connection_of(arguments_.client);
  if (!connection) return tl::unexpected(connection.error());
  if (auto started = context_.loop->start(); !started) return started;
  auto environment = std::make_shared<Environment>(context_, std::move(*connection));
  environment->outbox.set_receivers(receivers_of(arguments_.forward_to));
  if (auto started = environment->outbox.start("loki.k8s/out"); !started) return started;
  environment_ = std::move(environment);
  forget_gone(*environment_->positions, kForgetAfter);
  set_targets();
  return {};
}

void Source::stop_tailers() {
  for (const auto& [key, tailer] : tailers_) tailer->stop();
  tailers_.clear();
}

void Source::drain(Clock::time_point) {
  stop_tailers();
  if (environment_) environment_->outbox.begin_stop();
}

void Source::stop() {
  stop_tailers();
  if (environment_) environment_->outbox.stop();
}

base::Result<void> Source::update(const Arguments& arguments) {
  // What may fail comes first: a refused update leaves everything as it was.
  auto connection = kubernetes::connection_of(arguments.client);
  if (!connection) return tl::unexpected(connection.error());
  arguments_ = arguments;
  if (!environment_) return {};
  environment_->outbox.set_receivers(receivers_of(arguments_.forward_to));
  if (connection->identity != environment_->connection.identity) {
    stop_tailers();
    environment_->connection = std::move(*connection);
  }
  set_targets();
  return {};
}

void Source::set_targets() {
  std::map<std::string, std::pair<ContainerName, const river::schema::Target*>> wanted;
  unusable_ = 0;
  // Of several targets (ports) of a container the first in order of their labels counts.
  for (const river::schema::Target& target : arguments_.targets) {
    auto name = container_of(target);
    if (!name) {
      ++unusable_;
      continue;
    }
    std::string key = name->key();
    const auto [found, is_new] = wanted.try_emplace(std::move(key), std::move(*name), &target);
    if (!is_new && target < *found->second.second) found->second.second = &target;
  }
  for (const auto& [key, container] : wanted) {
    const auto& [name, target] = container;
    auto labels = labels_of(*target, name, context_.id);
    std::shared_ptr<Tailer>& tailer = tailers_[key];
    if (tailer) {
      tailer->set_labels(std::move(labels));
      tailer->set_wanted(true);
      continue;
    }
    note_target(*environment_->positions, key);
    tailer = std::make_shared<Tailer>(name, environment_, std::move(labels));
    tailer->start();
  }
  for (auto entry = tailers_.begin(); entry != tailers_.end();) {
    const bool is_wanted = wanted.contains(entry->first);
    if (!is_wanted) {
      entry->second->set_wanted(false);
      note_gone(*environment_->positions, entry->first);
    }
    entry = !is_wanted && entry->second->is_finished() ? tailers_.erase(entry) : std::next(entry);
  }
}

Health Source::health() const {
  for (const auto& [key, tailer] : tailers_)
    if (const std::string problem = tailer->problem(); !problem.empty())
      return {Health::State::unhealthy, key.substr(0, key.rfind(':')) + ": " + problem};
  if (unusable_ > 0)
    return {Health::State::unhealthy,
            fmt::format("{} targets do not say which container they are: they need the labels "
                        "__meta_kubernetes_namespace, _pod_name, _pod_container_name and _pod_uid",
                        unusable_)};
  if (environment_)
    if (const auto saved = environment_->positions->health(); !saved)
      return {Health::State::unhealthy, saved.error().message};
  return {Health::State::healthy, {}};
}

}  // namespace components::loki::source_kubernetes
