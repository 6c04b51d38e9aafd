#include "components/discovery/kubernetes/kubernetes.h"

#include <algorithm>
#include <utility>

namespace components::discovery::kubernetes {

namespace api = components::kubernetes;
using WatchClock = std::chrono::steady_clock;

namespace {

/// Objects whose targets are made in one turn, so that the loop serves others in between.
constexpr size_t kTurnMax = 250;

std::shared_ptr<base::metrics::Counter> event_counter(const Watch::Options& options,
                                                      const char* event) {
  return options.metrics.counter(
      "prometheus_sd_kubernetes_events_total",
      "Objects of the role that were added, changed or deleted.",
      {{"role", std::string(name_of(options.arguments.role))}, {"event", event}});
}

}  // namespace

Watch::Watch(io::Loop& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      failures_(options_.metrics.counter("prometheus_sd_kubernetes_failures_total",
                                         "Lists and watches of the API that failed.")),
      added_(event_counter(options_, "add")),
      updated_(event_counter(options_, "update")),
      deleted_(event_counter(options_, "delete")),
      timer_(loop) {}

template <class T>
Watch::Sub<T> Watch::follow(std::string group, std::string resource, Role role,
                            const std::string& name_space) {
  api::Query query{std::move(group), std::move(resource), name_space};
  for (const Selector& selector : options_.arguments.selectors) {
    if (selector.role != role) continue;
    query.label_selector = selector.label;
    query.field_selector = selector.field;
  }
  return api::Informers::system().subscribe<T>(loop_, options_.connection, query,
                                               [weak = weak_from_this()] {
                                                 if (const auto self = weak.lock())
                                                   self->schedule();
                                               });
}

Watch::Lists Watch::follow_namespace(const std::string& name) {
  Lists lists;
  const Role role = options_.arguments.role;
  const bool is_endpoints = role == Role::endpoints || role == Role::endpointslice;
  if (role == Role::pod || is_endpoints)
    lists.pods = follow<api::Pod>("/api/v1", "pods", Role::pod, name);
  if (role == Role::service || is_endpoints)
    lists.services = follow<api::Service>("/api/v1", "services", Role::service, name);
  if (role == Role::endpoints)
    lists.endpoints = follow<api::Endpoints>("/api/v1", "endpoints", role, name);
  if (role == Role::endpointslice)
    lists.slices =
        follow<api::EndpointSlice>("/apis/discovery.k8s.io/v1", "endpointslices", role, name);
  if (role == Role::ingress)
    lists.ingresses = follow<api::Ingress>("/apis/networking.k8s.io/v1", "ingresses", role, name);
  return lists;
}

void Watch::start() {
  const Role role = options_.arguments.role;
  const AttachMetadata& attach = options_.arguments.attach_metadata;
  base::Lock lock(mutex_);
  if (role != Role::node) {
    std::vector<std::string> names = options_.namespaces;
    if (names.empty()) names.emplace_back();
    for (const std::string& name : names) subscriptions_.lists.push_back(follow_namespace(name));
  }
  const bool has_node = role == Role::pod || role == Role::endpoints || role == Role::endpointslice;
  if (role == Role::node || (attach.node && has_node))
    subscriptions_.nodes = follow<api::Node>("/api/v1", "nodes", Role::node, "");
  if (attach.namespace_ && role != Role::node)
    subscriptions_.namespaces = api::Informers::system().subscribe<api::Namespace>(
        loop_, options_.connection, {"/api/v1", "namespaces"}, [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->schedule();
        });
}

void Watch::stop() {
  Subscriptions ended;  // To let go of one may wait for a callback, which may wait for the lock.
  base::Lock lock(mutex_);
  is_stopped_ = true;
  timer_.cancel();
  std::swap(ended, subscriptions_);
}

Health Watch::health() const {
  base::Lock lock(mutex_);
  return health_;
}

template <class OnEach>
void Watch::for_each(const Subscriptions& subscriptions, OnEach on_each) {
  for (const Lists& lists : subscriptions.lists) {
    if (lists.pods) on_each("pod", *lists.pods);
    if (lists.services) on_each("service", *lists.services);
    if (lists.endpoints) on_each("endpoints", *lists.endpoints);
    if (lists.slices) on_each("endpointslice", *lists.slices);
    if (lists.ingresses) on_each("ingress", *lists.ingresses);
  }
  if (subscriptions.nodes) on_each("node", *subscriptions.nodes);
  if (subscriptions.namespaces) on_each("namespace", *subscriptions.namespaces);
}

void Watch::schedule() {
  base::Lock lock(mutex_);
  arm(not_before_);
}

void Watch::arm(WatchClock::time_point when) {
  if (is_stopped_ || std::exchange(is_armed_, true)) return;
  timer_.set(when, [self = shared_from_this()] { self->run(); });
}

void Watch::run() {
  base::Lock lock(mutex_);
  is_armed_ = false;
  if (is_stopped_) return;
  if (take_changes()) return arm(WatchClock::now());
  if (!note_state() || !is_changed_) return;
  is_changed_ = false;
  not_before_ = WatchClock::now() + kChangesApart;
  options_.on_targets(groups_.all());
}

/// Makes the targets of some of what changed. True: there is more.
bool Watch::take_changes() {
  struct Change {
    std::string_view kind;
    std::string key;
    bool is_there;
  };
  std::vector<Change> changes;
  for_each(subscriptions_, [&](std::string_view kind, auto& subscription) {
    for (auto& [key, object] : subscription.take(kTurnMax - changes.size()))
      changes.push_back({kind, std::move(key), object != nullptr});
  });
  const std::string_view own = name_of(options_.arguments.role);
  std::set<std::string> keys;
  for (const Change& change : changes) {
    for (auto& key : groups_.made_of(fmt::format("{}/{}", change.kind, change.key)))
      keys.insert(std::move(key));
    if (change.kind != own) continue;
    keys.insert(change.key);
    if (!change.is_there)
      deleted_->add(known_.erase(change.key));
    else
      (known_.insert(change.key).second ? added_ : updated_)->add(1);
  }
  for (const std::string& key : keys) make_again(key);
  return changes.size() == kTurnMax;
}

void Watch::make_again(const std::string& key) {
  made_of_.clear();
  bool is_there = false;
  auto targets = make(key, is_there);
  // A node without an address for a moment keeps the one that it had.
  if (is_there && targets.empty() && options_.arguments.role == Role::node) return;
  is_changed_ |= is_there ? groups_.set(key, std::move(targets), std::exchange(made_of_, {}))
                          : groups_.erase(key);
}

river::schema::Targets Watch::make(const std::string& key, bool& is_there) {
  const auto of = [&](const auto& object) {
    is_there = object != nullptr;
    return is_there ? targets_of(*object, *this) : river::schema::Targets();
  };
  switch (options_.arguments.role) {
    case Role::pod:
      if (const auto pod = find(&Lists::pods, key)) {
        is_there = true;
        return targets_of(*pod, options_.arguments.attach_metadata.node, *this);
      }
      return {};
    case Role::node:
      if (const auto node = subscriptions_.nodes->find(key)) {
        is_there = true;
        return targets_of(*node);
      }
      return {};
    case Role::service:
      return of(find(&Lists::services, key));
    case Role::endpoints:
      return of(find(&Lists::endpoints, key));
    case Role::endpointslice:
      return of(find(&Lists::slices, key));
    case Role::ingress:
      return of(find(&Lists::ingresses, key));
  }
  return {};
}

/// Whether all is known.
bool Watch::note_state() {
  bool is_synced = true;
  std::string problem;
  uint64_t failures = 0;
  for_each(subscriptions_, [&](std::string_view, auto& subscription) {
    const auto state = subscription.state();
    is_synced = is_synced && state.is_synced;
    if (problem.empty()) problem = state.problem;
    failures += state.failures;
  });
  failures_->add(failures - std::min(failures, std::exchange(failures_seen_, failures)));
  if (!problem.empty() && health_.state != Health::State::unhealthy)
    options_.log.warn("{}; trying again, the targets stay as they are", problem);
  if (!problem.empty())
    health_ = {Health::State::unhealthy, problem};
  else if (is_synced)
    health_ = {Health::State::healthy, {}};
  return is_synced;
}

template <class Subscription>
auto Watch::find(std::unique_ptr<Subscription> Lists::*list, const std::string& key) const
    -> decltype(std::declval<Subscription>().find(key)) {
  for (const Lists& lists : subscriptions_.lists)
    if (lists.*list)
      if (auto found = (lists.*list)->find(key)) return found;
  return nullptr;
}

std::shared_ptr<const api::Pod> Watch::pod(const std::string& key) {
  made_of_.insert("pod/" + key);
  return find(&Lists::pods, key);
}

std::shared_ptr<const api::Service> Watch::service(const std::string& key) {
  made_of_.insert("service/" + key);
  return find(&Lists::services, key);
}

std::shared_ptr<const api::Node> Watch::node(const std::string& name) {
  if (!subscriptions_.nodes) return nullptr;
  made_of_.insert("node/" + name);
  return subscriptions_.nodes->find(name);
}

std::shared_ptr<const api::Namespace> Watch::namespace_(const std::string& name) {
  if (!subscriptions_.namespaces) return nullptr;
  made_of_.insert("namespace/" + name);
  return subscriptions_.namespaces->find(name);
}

base::Result<std::shared_ptr<Search>> Kubernetes::make(const Arguments& arguments) {
  auto connection = api::connection_of(arguments.client);
  if (!connection) return tl::unexpected(connection.error());
  std::vector<std::string> names = arguments.namespaces.names;
  if (arguments.namespaces.own_namespace) {
    auto own = api::own_namespace(api::PodEnvironment::of_process());
    if (!own) return tl::unexpected(own.error());
    names.push_back(std::move(*own));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return std::make_shared<Watch>(*context().loop, Watch::Options{.connection = *connection,
                                                                 .arguments = arguments,
                                                                 .namespaces = std::move(names),
                                                                 .metrics = context().metrics,
                                                                 .log = context().log,
                                                                 .on_targets = on_targets()});
}

}  // namespace components::discovery::kubernetes
