#include "components/loki/source_kubernetes_events/source.h"

#include <algorithm>
#include <utility>

#include "components/shared/batches.h"
#include "river/schema/decode.h"

namespace components::loki::source_kubernetes_events {
namespace {

constexpr size_t kBatchEvents = 500;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool is_same(const Arguments& a, const Arguments& b) {
  return a.job_name == b.job_name && a.namespaces == b.namespaces && a.log_format == b.log_format &&
         river::schema::encode(kubernetes::kClient, &a.client) ==
             river::schema::encode(kubernetes::kClient, &b.client);
}

}  // namespace

Follower::Follower(std::shared_ptr<const Environment> environment, std::string name_space)
    : environment_(std::move(environment)), namespace_(std::move(name_space)) {}

std::string Follower::cursor_key() const {
  return namespace_.empty() ? "cursor-events" : "cursor-events-" + namespace_;
}

void Follower::start() {
  std::shared_ptr<kubernetes::Reflector> begun;
  {
    base::Lock lock(mutex_);
    if (is_stopped_ || reflector_) return;
    begin();
    begun = reflector_;
  }
  begun->start();
}

void Follower::begin() {
  cursor_ = EventCursor::parse(environment_->positions->get(cursor_key()).value_or(""));
  is_behind_ = false;
  listed_.clear();
  if (window_) window_->detach();
  // Batches that are given up (their sink was removed) are read again.
  window_ =
      std::make_unique<Window>([positions = environment_->positions, key = cursor_key()](
                                   const std::string& cursor) { positions->set(key, cursor); },
                               [environment = environment_, weak = weak_from_this()] {
                                 environment->loop.post([weak] {
                                   if (const auto self = weak.lock()) self->begin_again();
                                 });
                               });
  reflector_ = std::make_shared<kubernetes::Reflector>(
      environment_->loop, environment_->connection,
      kubernetes::Query{"/api/v1", "events", namespace_, {}, {}}, *this);
}

/// The reflector that ends may hold its own lock while it waits for that of this.
void Follower::begin_again() {
  std::shared_ptr<kubernetes::Reflector> ended;
  {
    base::Lock lock(mutex_);
    if (is_stopped_) return;
    is_behind_ = true;
    ended = std::exchange(reflector_, nullptr);
  }
  if (ended) ended->stop();
  start();
}

void Follower::stop() {
  std::shared_ptr<kubernetes::Reflector> ended;
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    ended = std::exchange(reflector_, nullptr);
  }
  if (ended) ended->stop();
}

void Follower::resume() {
  {
    base::Lock lock(mutex_);
    if (!is_behind_ || !reflector_) return;
  }
  begin_again();
}

std::string Follower::problem() const {
  std::shared_ptr<kubernetes::Reflector> reflector;
  {
    base::Lock lock(mutex_);
    reflector = reflector_;
  }
  return reflector ? reflector->state().problem : std::string();
}

void Follower::begin_list() {
  base::Lock lock(mutex_);
  listed_.clear();
}

bool Follower::list(kubernetes::JsonCursor& in) {
  Event event;
  if (!read_event(in, event)) return false;
  base::Lock lock(mutex_);
  if (cursor_.is_new(event)) listed_.push_back(std::move(event));
  return true;
}

void Follower::end_list() {
  base::Lock lock(mutex_);
  std::vector<Event> events = std::exchange(listed_, {});
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return version_of(a) < version_of(b); });
  for (size_t begin = 0; begin < events.size(); begin += kBatchEvents) {
    const auto from = events.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(kBatchEvents, events.size() - begin);
    send({std::make_move_iterator(from),
          std::make_move_iterator(from + static_cast<std::ptrdiff_t>(count))});
  }
}

bool Follower::apply(kubernetes::JsonCursor& in, bool is_deletion, std::string& resource_version) {
  Event event;
  if (!read_event(in, event)) return false;
  resource_version = event.meta.resource_version;
  base::Lock lock(mutex_);
  if (!is_deletion && cursor_.is_new(event)) send({std::move(event)});
  return true;
}

void Follower::send(std::vector<Event> events) {
  if (is_stopped_ || is_behind_) return;
  if (!environment_->outbox->has_room()) {
    is_behind_ = true;
    return;
  }
  telemetry::LogBatch batch;
  for (const Event& event : events) {
    telemetry::LabelsBuilder labels;
    labels.set("job", environment_->job);
    labels.set("instance", environment_->instance);
    if (!event.object_namespace.empty()) labels.set("namespace", event.object_namespace);
    batch.add(event.time_ns != 0 ? event.time_ns : now_ns(), text_of(event, environment_->format),
              labels.build());
    cursor_.pass(event);
  }
  environment_->flow.receive(batch.entries.size());
  batch.ack = window_->issue(cursor_.text());
  environment_->outbox->put(std::move(batch));
}

void Follower::on_problem() {
  // The reflector holds its lock: it is asked later.
  environment_->loop.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    const std::string problem = self->problem();
    base::Lock lock(self->mutex_);
    const bool is_news = !problem.empty() && self->shown_problem_.empty();
    self->shown_problem_ = problem;
    if (is_news) self->environment_->log.warn("{}; trying again", problem);
  });
}

Source::Source(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      arguments_(arguments),
      flow_(context_.metrics, telemetry::Flow::kLines) {}

base::Result<void> Source::start() {
  auto connection = kubernetes::connection_of(arguments_.client);
  if (!connection) return tl::unexpected(connection.error());
  if (auto started = context_.loop->start(); !started) return started;
  auto outbox = std::make_shared<Outbox<telemetry::LogBatch>>(flow_, [this] { resume(); });
  outbox->set_receivers(receivers_of(arguments_.forward_to));
  if (auto started = outbox->start("loki.events/out"); !started) return started;
  outbox_ = std::move(outbox);
  positions_ = std::make_shared<io::Positions>(context_.data_dir / "positions", context_.metrics,
                                               context_.log);
  follow(std::move(*connection));
  return {};
}

void Source::follow(kubernetes::Connection connection) {
  const auto environment = std::make_shared<const Environment>(
      Environment{*context_.loop, std::move(connection), arguments_.job_name, context_.id,
                  arguments_.log_format, positions_, context_.log, flow_, outbox_});
  std::vector<std::string> names = arguments_.namespaces;
  if (names.empty()) names.emplace_back();
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  base::Lock lock(mutex_);
  for (const std::string& name : names) {
    followers_.push_back(std::make_shared<Follower>(environment, name));
    followers_.back()->start();
  }
}

void Source::stop_following() {
  std::vector<std::shared_ptr<Follower>> ended;
  {
    base::Lock lock(mutex_);
    ended.swap(followers_);
  }
  for (const auto& follower : ended) follower->stop();
}

/// On the thread of the outbox, mostly.
void Source::resume() {
  std::vector<std::shared_ptr<Follower>> waiting;
  {
    base::Lock lock(mutex_);
    waiting = followers_;
  }
  for (const auto& follower : waiting) context_.loop->post([follower] { follower->resume(); });
}

void Source::drain(Clock::time_point) {
  stop_following();
  if (outbox_) outbox_->begin_stop();
}

void Source::stop() {
  stop_following();
  if (outbox_) outbox_->stop();
}

base::Result<void> Source::update(const Arguments& arguments) {
  // What may fail comes first: a refused update leaves everything as it was.
  auto connection = kubernetes::connection_of(arguments.client);
  if (!connection) return tl::unexpected(connection.error());
  const bool goes_on = is_same(arguments_, arguments);
  arguments_ = arguments;
  if (!outbox_) return {};
  outbox_->set_receivers(receivers_of(arguments_.forward_to));
  if (goes_on) return {};
  stop_following();
  follow(std::move(*connection));
  return {};
}

Health Source::health() const {
  base::Lock lock(mutex_);
  for (const auto& follower : followers_)
    if (std::string problem = follower->problem(); !problem.empty())
      return {Health::State::unhealthy, std::move(problem)};
  if (positions_)
    if (const auto saved = positions_->health(); !saved)
      return {Health::State::unhealthy, saved.error().message};
  return {Health::State::healthy, {}};
}

}  // namespace components::loki::source_kubernetes_events
