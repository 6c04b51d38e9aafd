#include "components/prometheus/exporter_cadvisor/cadvisor.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"

namespace components::prometheus::exporter_cadvisor {
namespace {

constexpr size_t kIdSize = 64;
constexpr std::chrono::seconds kTimeout{10};

}  // namespace

std::string_view container_id(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".mount")) return {};
  const auto is_digit = [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'z'); };
  size_t begin = 0;
  for (size_t at = 0; at < name.size(); ++at) {
    if (!is_digit(name[at])) begin = at + 1;
    if (at + 1 - begin == kIdSize) return name.substr(begin, kIdSize);
  }
  return {};
}

const std::string& Devices::name_of(const std::string& device) {
  const auto [at, is_new] = names_.try_emplace(device);
  if (is_new) {
    const std::string link = sys_.link("dev/block/", device);
    if (!link.empty()) at->second = "/dev/" + link.substr(link.rfind('/') + 1);
  }
  return at->second;
}

Cadvisor::Cadvisor(const Context& context, const Arguments& arguments)
    : loop_(*context.loop), arguments_(arguments), proc_("/proc"), root_("/") {
  for (const TopicName& topic : kTopicNames)
    topics_[static_cast<size_t>(topic.topic)] = is_enabled(arguments, topic.name);
  auto endpoint = docker_api::endpoint(arguments.docker_host, docker_client(arguments), kTimeout);
  if (!endpoint)
    problem_ = endpoint.error().message;
  else
    runtime_ = std::make_shared<Runtime>(loop_, *endpoint, arguments, context.log);
}

Cadvisor::~Cadvisor() {
  if (runtime_) runtime_->stop();
}

base::Result<void> Cadvisor::start() {
  if (auto started = loop_.start(); !started) return started;
  if (runtime_) runtime_->start();
  return {};
}

/// Without Docker there are cgroups all the same, unless none but Docker's are wanted.
Health Cadvisor::health() const {
  if (!arguments_.docker_only) return {Health::State::healthy, {}};
  if (!runtime_) return {Health::State::unhealthy, problem_};
  return runtime_->health();
}

/// Below a container there are no others.
bool Cadvisor::enters(std::string_view path) const {
  return !arguments_.docker_only || container_id(path).empty();
}

bool Cadvisor::is_measured(std::string_view path, const Named* named) const {
  if (path == "/") return !arguments_.disable_root_cgroup_stats;
  if (named != nullptr) return true;
  const auto& allowed = arguments_.raw_cgroup_prefix_allowlist;
  const bool is_allowed = std::any_of(allowed.begin(), allowed.end(), [&](const auto& begin) {
    return !begin.empty() && path.starts_with(begin);
  });
  return is_allowed || (!arguments_.docker_only && !path.ends_with(".mount"));
}

void Cadvisor::measure(const std::string& path, std::vector<Measured>& all) {
  const std::string_view id = container_id(path);
  Measured one;
  one.id = path;
  if (!id.empty() && runtime_) one.named = runtime_->find(id);
  if (!is_measured(path, one.named.get())) return;
  cgroups_.read(path, one.stats);
  if (!one.stats.start) return;  // It is gone.
  const bool with_network = topics_[static_cast<size_t>(Topic::network)];
  std::string pid = path == "/" ? "1" : "";
  if (one.named && one.named->has_network) pid = one.named->pid;
  if (with_network && !pid.empty())
    if (const auto text = proc_.read(pid, "/net/dev")) one.stats.interfaces = interfaces_of(*text);
  all.push_back(std::move(one));
}

void Cadvisor::expose(std::string& text) {
  base::Lock lock(mutex_);
  std::vector<Measured> all;
  for (const std::string& path : cgroups_.list([&](std::string_view one) { return enters(one); }))
    measure(path, all);
  Exposition out(text);
  write_containers(out, all, topics_, devices_);
  write_machine(out, proc_, root_);
  const bool has_failed = runtime_ && runtime_->health().state != Health::State::healthy;
  out.single("container_", "scrape_error", MetricType::gauge,
             "1 if the names of containers could not be had, 0 otherwise", has_failed);
}

}  // namespace components::prometheus::exporter_cadvisor
