#include "components/discovery/docker/watch.h"

#include <algorithm>
#include <random>
#include <utility>

namespace components::discovery::docker {
namespace {

using docker_api::Container;
using docker_api::Network;

const docker_api::Filters kEvents = {
    {"type", {"container", "network"}},
    {"event", {"create", "start", "die", "destroy", "rename", "connect", "disconnect"}}};

}  // namespace

void Watch::Work::merge(Work more) {
  all = all || more.all;
  changed.merge(more.changed);
  started.merge(more.started);
}

Watch::Watch(io::Loop& loop, Options options)
    : options_(std::move(options)),
      api_(loop, options_.endpoint),
      known_(options_.targets),
      backoff_(io::kRetryLocal, std::random_device{}()),
      timer_(loop),
      since_(std::chrono::system_clock::now()),
      events_backoff_(io::kRetryLocal, std::random_device{}()),
      events_timer_(loop) {}

void Watch::start() {
  base::Lock lock(mutex_);
  follow_events();
  schedule();
}

void Watch::stop() {
  docker_api::AsyncApi::Call call, events, describing;  // They own this, as it owns them.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    call.swap(call_);
    events.swap(events_);
    describing.swap(describing_);
    timer_.cancel();
    events_timer_.cancel();
  }
  if (call) call->cancel();
  if (events) events->cancel();
  if (describing) describing->cancel();
}

Health Watch::health() const {
  base::Lock lock(mutex_);
  return health_;
}

/// Sets the time of the next pass.
void Watch::schedule() {
  if (is_passing_ || is_stopped_) return;
  auto next = std::min(next_listing_, known_.lingering_until());
  if (!work_.empty()) next = Clock::time_point::min();
  timer_.set(std::max(next, not_before_), [self = shared_from_this()] { self->begin_pass(); });
}

void Watch::begin_pass() {
  base::Lock lock(mutex_);
  if (is_passing_ || is_stopped_) return;
  const auto now = Clock::now();
  is_passing_ = true;
  pass_ = std::exchange(work_, {});
  if (now >= next_listing_) pass_.all = true;
  if (pass_.all)
    next_listing_ =
        now + std::min<std::chrono::nanoseconds>(options_.refresh_interval, io::kWaitMax);
  not_before_ = now + kEventsApart;
  list();
}

/// Filters by id of the user's own cannot be narrowed down further.
bool Watch::lists_all() const {
  return pass_.all || pass_.changed.size() > kNamedMax ||
         (!pass_.changed.empty() && options_.filters.contains("id"));
}

void Watch::list() {
  if (!lists_all() && pass_.changed.empty()) return end_pass();
  docker_api::Filters filters = options_.filters;
  if (!lists_all()) filters["id"].assign(pass_.changed.begin(), pass_.changed.end());
  call_ = api_.containers(filters, false,
                          [self = shared_from_this()](base::Result<std::vector<Container>> listed) {
                            base::Lock lock(self->mutex_);
                            if (self->is_stopped_) return;
                            if (!listed) return self->fail(listed.error());
                            if (self->lists_all())
                              self->known_.set_all(std::move(*listed));
                            else
                              self->known_.set_some(self->pass_.changed, std::move(*listed));
                            self->find_ended();
                          });
}

/// Adds containers that started since the last look and run no more.
void Watch::find_ended() {
  std::erase_if(pass_.started, [this](const std::string& id)
                                   REQUIRES_LOCK(mutex_) { return known_.contains(id); });
  if (pass_.started.empty()) return look_up_networks();
  docker_api::Filters filters = options_.filters;
  if (!filters.contains("id")) filters["id"].assign(pass_.started.begin(), pass_.started.end());
  call_ = api_.containers(filters, true,
                          [self = shared_from_this()](base::Result<std::vector<Container>> found) {
                            base::Lock lock(self->mutex_);
                            if (self->is_stopped_) return;
                            if (!found) return self->fail(found.error());
                            const auto until = Clock::now() + kLinger;
                            auto& started = self->pass_.started;
                            for (auto& container : *found)
                              if (started.erase(container.id) > 0)
                                self->known_.linger(std::move(container), until);
                            for (const Container& container : self->created_)
                              if (started.contains(container.id))
                                self->known_.linger(container, until);
                            self->look_up_networks();
                          });
}

void Watch::look_up_networks() {
  if (!known_.lacks_network() && (!lists_all() || known_.empty())) return end_pass();
  call_ = api_.networks([self = shared_from_this()](base::Result<std::vector<Network>> networks) {
    base::Lock lock(self->mutex_);
    if (self->is_stopped_) return;
    if (!networks) return self->fail(networks.error());
    self->known_.set_networks(std::move(*networks));
    self->end_pass();
  });
}

void Watch::end_pass() {
  known_.end_lingering(Clock::now());
  options_.on_targets(known_.list());
  health_ = {Health::State::healthy, {}};
  backoff_.reset();
  is_passing_ = false;
  schedule();
}

/// What the pass was to look at is left to the next one.
void Watch::fail(const base::Error& error) {
  options_.failures->add(1);
  if (health_.state != Health::State::unhealthy)
    options_.log.warn("{}; trying again", error.message);
  health_ = {Health::State::unhealthy, error.message};
  work_.merge(std::exchange(pass_, {}));
  not_before_ = Clock::now() + backoff_.next();
  is_passing_ = false;
  schedule();
}

void Watch::follow_events() {
  events_ = api_.follow_events(
      kEvents, since_,
      [self = shared_from_this()](const docker_api::Event& event) { self->on_event(event); },
      [self = shared_from_this()](const base::Error& error) { self->on_events_end(error); });
}

void Watch::on_event(const docker_api::Event& event) {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  since_ = std::chrono::system_clock::now();
  events_backoff_.reset();
  if (event.type == "container" && event.action == "create") {
    to_describe_.insert(event.container);
    return describe();
  }
  if (event.container.empty())
    work_.all = true;
  else
    work_.changed.insert(event.container);
  if (event.type == "container" && event.action == "start") work_.started.insert(event.container);
  schedule();
}

/// Asks for what was created: once it has started, it may be gone at once.
void Watch::describe() {
  if (describing_ || to_describe_.empty()) return;
  docker_api::Filters filters = options_.filters;
  if (!filters.contains("id")) filters["id"].assign(to_describe_.begin(), to_describe_.end());
  describing_ =
      api_.containers(filters, true,
                      [self = shared_from_this(), asked = std::exchange(to_describe_, {})](
                          base::Result<std::vector<Container>> found) {
                        base::Lock lock(self->mutex_);
                        self->describing_ = nullptr;
                        if (self->is_stopped_) return;
                        if (found)
                          for (Container& container : *found)
                            if (asked.contains(container.id)) self->remember(std::move(container));
                        self->describe();
                      });
}

void Watch::remember(Container container) {
  created_.push_back(std::move(container));
  if (created_.size() > kCreatedMax) created_.pop_front();
}

/// That the daemon cannot be reached is shown by the listing.
void Watch::on_events_end(const base::Error& error) {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  options_.log.debug("{}", error.message);
  work_.all = true;  // Changes meanwhile were not reported.
  schedule();
  events_timer_.set(Clock::now() + events_backoff_.next(), [self = shared_from_this()] {
    base::Lock guard(self->mutex_);
    if (!self->is_stopped_) self->follow_events();
  });
}

}  // namespace components::discovery::docker
