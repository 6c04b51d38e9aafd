#include "components/loki/source_docker/source.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "components/shared/batches.h"
#include "river/schema/decode.h"

namespace components::loki::source_docker {
namespace {

constexpr std::string_view kCursorPrefix = "cursor-";
constexpr std::string_view kGonePrefix = "gone-";

/// When a container was last seen to be no target, in seconds since the epoch.
std::string gone_key(std::string_view id) {
  return std::string(kGonePrefix) + std::string(id);
}

int64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

bool same_daemon(const Arguments& a, const Arguments& b) {
  return a.host == b.host && a.refresh_interval == b.refresh_interval &&
         river::schema::encode(kHttpClient, &a.http_client_config) ==
             river::schema::encode(kHttpClient, &b.http_client_config);
}

std::unique_ptr<Environment> make_environment(const Context& context, docker_api::Endpoint endpoint,
                                              telemetry::LogReceiver& next) {
  const telemetry::Flow flow(context.metrics, telemetry::Flow::kLines);
  return std::make_unique<Environment>(Environment{
      .endpoint = std::move(endpoint),
      .positions = std::make_shared<io::Positions>(context.data_dir / "positions", context.metrics,
                                                   context.log),
      .next = next,
      .log = context.log,
      .flow = flow,
      .entries = context.metrics.counter("loki_source_docker_target_entries_total",
                                         "Lines of containers that were sent."),
      .bad_lines = context.metrics.counter("loki_source_docker_target_parsing_errors_total",
                                           "Lines of the daemon that could not be read."),
      .truncated = context.metrics.counter("loki_source_docker_truncated_lines_total",
                                           "Lines that were cut to the size limit."),
      .unreadable =
          context.metrics.counter("loki_source_docker_unreadable_containers_total",
                                  "Containers whose logging driver does not support reading."),
      .bad_dropped = flow.dropped("parsing_error"),
      .empty_lines = flow.filtered("empty_line"),
      .unlabelled = flow.filtered("empty_labels")});
}

}  // namespace

Source::Source(Context context, const Arguments& arguments)
    : context_(std::move(context)), arguments_(arguments) {
  set_receivers();
}

void Source::set_receivers() {
  next_.set(receivers_of(arguments_.forward_to));
}

base::Result<void> Source::start() {
  auto endpoint = docker_api::endpoint(arguments_.host, arguments_.http_client_config,
                                       arguments_.refresh_interval.value);
  if (!endpoint) return base::in_context("host", endpoint.error());
  environment_ = make_environment(context_, std::move(*endpoint), next_);
  forget_old_cursors();
  set_targets();
  return {};
}

void Source::stop() {
  for (const auto& [id, tailer] : tailers_) tailer->request_stop();
  tailers_.clear();
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
  set_receivers();
  if (!environment_) return {};
  if (!is_same) {
    stop();
    environment_->endpoint = std::move(*endpoint);
  }
  set_targets();
  for (const auto& [id, tailer] : tailers_)
    if (tailer->lacks_thread()) return base::fail("container {:.12}: {}", id, tailer->problem());
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
    environment_->positions->erase(gone_key(id));
    if (tailer != tailers_.end()) {
      tailer->second->set_labels(std::move(labels));
      tailer->second->set_wanted(true);
    } else {
      tailers_[key] = std::make_unique<Tailer>(key, *environment_, std::move(labels));
    }
  }
  std::erase_if(labelled_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  for (const auto& [id, tailer] : tailers_)
    if (!wanted.contains(id) && tailer->set_wanted(false))
      environment_->positions->set(gone_key(id), std::to_string(now_s()));
  std::erase_if(tailers_, [&](const auto& entry) {
    return !wanted.contains(entry.first) && entry.second->finished();
  });
}

/// A cursor whose container is no target gets a date; a week later it goes.
void Source::forget_old_cursors() {
  const auto entries = environment_->positions->all();
  const int64_t now = now_s();
  const int64_t forget_before = now - std::chrono::seconds(kForgetAfter).count();
  for (const auto& [key, value] : entries) {
    if (!key.starts_with(kCursorPrefix)) continue;
    const std::string id = key.substr(kCursorPrefix.size());
    const auto gone = entries.find(gone_key(id));
    if (gone == entries.end()) {
      environment_->positions->set(gone_key(id), std::to_string(now));
      continue;
    }
    int64_t since = 0;
    std::from_chars(gone->second.data(), gone->second.data() + gone->second.size(), since);
    if (since >= forget_before) continue;
    environment_->positions->erase(key);
    environment_->positions->erase(gone->first);
  }
}

bool Source::is_incomplete() const {
  return std::any_of(tailers_.begin(), tailers_.end(),
                     [](const auto& entry) { return entry.second->lacks_thread(); });
}

Health Source::health() const {
  for (const auto& [id, tailer] : tailers_)
    if (const std::string problem = tailer->problem(); !problem.empty())
      return {Health::State::unhealthy, fmt::format("container {:.12}: {}", id, problem)};
  return {Health::State::healthy, {}};
}

}  // namespace components::loki::source_docker
