#include "components/discovery/docker/docker.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <utility>

#include "io/backoff.h"
#include "river/schema/decode.h"

namespace components::discovery::docker {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

const docker_api::Filters kEvents = {
    {"type", {"container", "network"}},
    {"event", {"start", "die", "destroy", "rename", "connect", "disconnect"}}};

}  // namespace

Docker::Docker(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      arguments_(arguments),
      failures_(context_.metrics.counter("prometheus_sd_refresh_failures_total",
                                         "Listings of containers that failed.",
                                         {{"mechanism", "docker"}})) {}

base::Result<void> Docker::start() {
  return launch(arguments_);
}

base::Result<void> Docker::update(const Arguments& arguments) {
  return launch(arguments);
}

/// Replaces what runs. Arguments that cannot be used leave it running.
base::Result<void> Docker::launch(const Arguments& arguments) {
  auto endpoint =
      docker_api::endpoint(arguments.host, arguments.http_client, arguments.refresh_interval.value);
  if (!endpoint) return base::in_context("host", endpoint.error());
  stop();
  arguments_ = Arguments(arguments);
  endpoint_ = std::move(*endpoint);
  filters_.clear();
  for (const Filter& filter : arguments_.filter) {
    auto& values = filters_[filter.name];
    values.insert(values.end(), filter.values.begin(), filter.values.end());
  }
  lingering_.clear();
  auto events_thread = base::Thread::start(
      "docker events", [this](const std::stop_token& stop) { follow_events(stop); });
  if (!events_thread) return tl::unexpected(events_thread.error());
  events_thread_ = std::move(*events_thread);
  auto thread =
      base::Thread::start("docker list", [this](const std::stop_token& stop) { run(stop); });
  if (!thread) {
    stop();
    return tl::unexpected(thread.error());
  }
  thread_ = std::move(*thread);
  return {};
}

void Docker::stop() {
  events_thread_.request_stop();
  thread_.request_stop();
  events_thread_.join();
  thread_.join();
}

Health Docker::health() const {
  base::Lock lock(mutex_);
  return health_;
}

void Docker::set_health(Health health) {
  base::Lock lock(mutex_);
  health_ = std::move(health);
}

void Docker::run(const std::stop_token& stop) {
  docker_api::Api api(endpoint_);
  io::Backoff backoff(io::kRetryLocal, std::random_device{}());
  std::set<std::string> started;
  const auto interval = duration_cast<Clock::duration>(arguments_.refresh_interval.value);
  bool was_healthy = true;
  while (!stop.stop_requested()) {
    Clock::time_point next = Clock::now() + interval;
    if (const auto refreshed = refresh(api, started, stop); refreshed) {
      set_health({Health::State::healthy, {}});
      backoff.reset();
      started.clear();
      was_healthy = true;
    } else if (!stop.stop_requested()) {
      failures_->add(1);
      set_health({Health::State::unhealthy, refreshed.error().message});
      if (std::exchange(was_healthy, false))
        context_.log.warn("{}; trying again", refreshed.error().message);
      next = std::min(next, Clock::now() + backoff.next());
    }
    for (const auto& [id, lingering] : lingering_) next = std::min(next, lingering.until);
    started.merge(wait(next, stop));
  }
}

std::set<std::string> Docker::wait(Clock::time_point deadline, const std::stop_token& stop) {
  base::Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, deadline, [&]() REQUIRES_LOCK(mutex_) { return has_event_; });
  has_event_ = false;
  return std::exchange(started_, {});
}

base::Result<void> Docker::refresh(docker_api::Api& api, const std::set<std::string>& started,
                                   const std::stop_token& stop) {
  auto containers = api.containers(filters_, false, stop);
  if (!containers) return tl::unexpected(containers.error());
  if (auto found = find_ended(api, started, *containers, stop); !found) return found;
  std::vector<docker_api::Network> networks;
  if (!containers->empty()) {
    auto listed = api.networks(stop);
    if (!listed) return tl::unexpected(listed.error());
    networks = std::move(*listed);
  }
  // The daemon lists the newest first; by id the same containers make the same targets.
  std::sort(containers->begin(), containers->end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  const Exports exports{known_targets_.targets_of(
      *containers, networks,
      {arguments_.port, arguments_.host_networking_host, arguments_.match_first_network})};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
  return {};
}

/// Adds containers that started since the last listing and run no more, and those that linger.
base::Result<void> Docker::find_ended(docker_api::Api& api, const std::set<std::string>& started,
                                      std::vector<docker_api::Container>& containers,
                                      const std::stop_token& stop) {
  for (const auto& container : containers) lingering_.erase(container.id);
  std::vector<std::string> ended;
  std::copy_if(started.begin(), started.end(), std::back_inserter(ended), [&](const auto& id) {
    return std::none_of(containers.begin(), containers.end(),
                        [&](const auto& container) { return container.id == id; });
  });
  const auto now = Clock::now();
  std::erase_if(lingering_, [&](const auto& entry) { return entry.second.until <= now; });
  if (!ended.empty()) {
    docker_api::Filters by_id = filters_;
    by_id["id"] = std::move(ended);
    auto found = api.containers(by_id, true, std::move(stop));
    if (!found) return tl::unexpected(found.error());
    for (auto& container : *found) {
      const std::string id = container.id;
      lingering_[id] = {std::move(container), now + kLinger};
    }
  }
  for (const auto& [id, lingering] : lingering_) containers.push_back(lingering.container);
  return {};
}

void Docker::follow_events(const std::stop_token& stop) {
  docker_api::Api api(endpoint_);
  io::Backoff backoff(io::kRetryLocal, std::random_device{}());
  auto since = std::chrono::system_clock::now();
  while (!stop.stop_requested()) {
    const auto on_event = [&](const docker_api::Event& event) {
      since = std::chrono::system_clock::now();
      backoff.reset();
      base::Lock lock(mutex_);
      has_event_ = true;
      if (event.type == "container" && event.action == "start") started_.insert(event.id);
      changed_.notify_all();
    };
    // That the daemon cannot be reached is the listing thread's to tell.
    const base::Error ended = api.follow_events(kEvents, since, on_event, stop);
    if (stop.stop_requested()) return;
    context_.log.debug("{}", ended.message);
    base::Lock lock(mutex_);
    has_event_ = true;  // Changes meanwhile were not reported: list again.
    changed_.notify_all();
    changed_.wait_until(mutex_, stop, Clock::now() + backoff.next(), [] { return false; });
  }
}

}  // namespace components::discovery::docker
