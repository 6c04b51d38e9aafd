#include "components/prometheus/exporter_cadvisor/runtime.h"

#include <random>

namespace components::prometheus::exporter_cadvisor {
namespace {

using docker_api::Container;

const docker_api::Filters kEvents = {
    {"type", {"container"}}, {"event", {"start", "die", "destroy", "rename", "health_status"}}};

}  // namespace

Runtime::Runtime(io::Loop& loop, const docker_api::Endpoint& endpoint, const Arguments& arguments,
                 base::Logger log)
    : arguments_(arguments),
      log_(std::move(log)),
      timeout_(endpoint.timeout),
      api_(loop, endpoint),
      client_(loop, endpoint.url, endpoint.http),
      since_(std::chrono::system_clock::now()),
      backoff_(io::kRetryLocal, std::random_device{}()),
      timer_(loop) {}

void Runtime::start() {
  base::Lock lock(mutex_);
  follow_events();
  next();
}

void Runtime::stop() {
  docker_api::AsyncApi::Call call, events;  // They own this, as it owns them.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    call.swap(call_);
    events.swap(events_);
    timer_.cancel();
  }
  if (call) call->cancel();
  if (events) events->cancel();
}

std::shared_ptr<const Named> Runtime::find(std::string_view id) const {
  base::Lock lock(mutex_);
  const auto found = known_.find(id);
  return found == known_.end() ? nullptr : found->second;
}

Health Runtime::health() const {
  base::Lock lock(mutex_);
  return health_;
}

void Runtime::follow_events() {
  events_ = api_.follow_events(
      kEvents, since_,
      [self = shared_from_this()](const docker_api::Event& event) { self->on_event(event); },
      [self = shared_from_this()](const base::Error& error) {
        base::Lock lock(self->mutex_);
        self->events_ = nullptr;
        if (!self->is_stopped_) self->fail(error);
      });
}

void Runtime::on_event(const docker_api::Event& event) {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  since_ = std::chrono::system_clock::now();
  if (event.action == "die" || event.action == "destroy") {
    known_.erase(event.container);
    unseen_.erase(event.container);
    if (inspected_ == event.container) inspected_.clear();
    return;
  }
  unseen_.insert(event.container);
  next();
}

/// Asks for one after the other, so that a daemon with many has not many requests at a time.
void Runtime::next() {
  if (call_ || is_waiting_) return;
  if (std::exchange(must_list_, false)) {
    call_ = api_.containers(
        {}, false, [self = shared_from_this()](base::Result<std::vector<Container>> listed) {
          self->on_list(std::move(listed));
        });
  } else if (!unseen_.empty()) {
    inspected_ = *unseen_.begin();
    unseen_.erase(unseen_.begin());
    call_ = client_.send(
        {"GET", fmt::format("/containers/{}/json", io::http::percent_encoded(inspected_)), {}, {}},
        timeout_, [self = shared_from_this()](base::Result<io::http::Response> answer) {
          self->on_description(std::move(answer));
        });
  } else if (events_) {
    health_ = {Health::State::healthy, {}};
    backoff_.reset();
  }
}

void Runtime::on_list(base::Result<std::vector<Container>> listed) {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  call_ = nullptr;
  if (!listed) return fail(listed.error());
  unseen_.clear();
  for (const Container& container : *listed) unseen_.insert(container.id);
  std::erase_if(
      known_, [&](const auto& one) REQUIRES_LOCK(mutex_) { return !unseen_.contains(one.first); });
  next();
}

void Runtime::on_description(base::Result<io::http::Response> answer) {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  call_ = nullptr;
  const bool is_gone = answer && answer->status == 404;
  if (!is_gone) answer = docker_api::expect_ok(std::move(answer));
  if (!answer) return fail(base::in_context("inspect container", answer.error()).value());
  if (!inspected_.empty()) {
    auto named = is_gone ? base::Result<Named>(Named()) : describe(answer->body, arguments_);
    if (!named) return fail(named.error());
    if (named->pid.empty())
      known_.erase(inspected_);
    else
      known_[inspected_] = std::make_shared<const Named>(std::move(*named));
  }
  next();
}

/// All is listed again: what happened meanwhile was not reported.
void Runtime::fail(const base::Error& error) {
  if (health_.state != Health::State::unhealthy) log_.warn("{}; trying again", error.message);
  health_ = {Health::State::unhealthy, error.message};
  must_list_ = true;
  if (std::exchange(is_waiting_, true)) return;
  timer_.set(Clock::now() + backoff_.next(), [self = shared_from_this()] {
    base::Lock lock(self->mutex_);
    self->is_waiting_ = false;
    if (self->is_stopped_) return;
    if (!self->events_) self->follow_events();
    self->next();
  });
}

}  // namespace components::prometheus::exporter_cadvisor
