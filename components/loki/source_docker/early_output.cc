#include "components/loki/source_docker/early_output.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace components::loki::source_docker {
namespace {

const docker_api::Filters kStarts = {{"type", {"container"}}, {"event", {"start"}}};

/// A container that starts again has an old log. Its event comes some time after its first output.
constexpr int64_t kBeforeStartSeconds = 10;

}  // namespace

EarlyOutput::EarlyOutput(io::Loop& loop, docker_api::Endpoint endpoint)
    : api_(loop, std::move(endpoint)),
      since_(std::chrono::system_clock::now()),
      backoff_(io::kRetryLocal, std::random_device{}()),
      events_timer_(loop),
      timer_(loop) {}

void EarlyOutput::start() {
  base::Lock lock(mutex_);
  follow_events();
}

void EarlyOutput::stop() {
  std::vector<docker_api::AsyncApi::Call> calls;  // They own this, as it owns them.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    events_timer_.cancel();
    timer_.cancel();
    calls.push_back(std::move(events_));
    for (auto& [id, record] : records_) calls.push_back(std::move(record.call));
    records_.clear();
  }
  for (const auto& call : calls)
    if (call) call->cancel();
}

bool EarlyOutput::is_reading(const std::string& container) const {
  base::Lock lock(mutex_);
  const auto record = records_.find(container);
  return record != records_.end() && record->second.call != nullptr;
}

EarlyOutput::Output EarlyOutput::take(const std::string& container) {
  base::Lock lock(mutex_);
  const auto record = records_.find(container);
  if (record == records_.end()) return {};
  bytes_ -= record->second.output.bytes.size();
  Output output = std::move(record->second.output);
  record->second.output = {};
  erase(record);
  return output;
}

void EarlyOutput::follow_events() {
  events_ = api_.follow_events(
      kStarts, since_,
      [self = shared_from_this()](const docker_api::Event& event) { self->on_event(event); },
      [self = shared_from_this()](const base::Error&) { self->on_events_end(); });
}

/// That the daemon cannot be reached is shown by tailers and by discovery.
void EarlyOutput::on_events_end() {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  events_timer_.set(Clock::now() + backoff_.next(), [self = shared_from_this()] {
    base::Lock guard(self->mutex_);
    if (!self->is_stopped_) self->follow_events();
  });
}

void EarlyOutput::on_event(const docker_api::Event& event) {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  since_ = std::chrono::system_clock::now();
  backoff_.reset();
  const std::string& id = event.container;
  if (id.empty() || records_.contains(id)) return;
  make_room();
  if (records_.empty())
    timer_.set(Clock::now() + kKeep, [self = shared_from_this()] { self->erase_old(); });
  Record& record = records_[id];
  record.began = Clock::now();
  record.call = api_.follow_logs(
      id, std::to_string(std::max<int64_t>(0, event.time_s - kBeforeStartSeconds)),
      [self = shared_from_this(), id](std::string_view piece) { return self->on_data(id, piece); },
      [self = shared_from_this(), id](const base::Result<bool>&) { self->on_end(id); });
}

bool EarlyOutput::on_data(const std::string& container, std::string_view piece) {
  base::Lock lock(mutex_);
  const auto found = records_.find(container);
  if (is_stopped_ || found == records_.end()) return false;
  Output& output = found->second.output;
  const size_t room = kBytesMax - output.bytes.size();
  output.is_cut = piece.size() > room;
  piece = piece.substr(0, room);
  output.bytes += piece;
  bytes_ += piece.size();
  return !output.is_cut;
}

void EarlyOutput::on_end(const std::string& container) {
  base::Lock lock(mutex_);
  if (const auto found = records_.find(container); found != records_.end())
    found->second.call = nullptr;
}

void EarlyOutput::erase(Records::iterator record) {
  bytes_ -= record->second.output.bytes.size();
  if (record->second.call) record->second.call->cancel();  // Its end comes from the loop.
  records_.erase(record);
}

void EarlyOutput::make_room() {
  while (records_.size() >= kContainersMax || bytes_ + kBytesMax > kAllBytesMax)
    erase(std::min_element(records_.begin(), records_.end(), [](const auto& a, const auto& b) {
      return a.second.began < b.second.began;
    }));
}

void EarlyOutput::erase_old() {
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  const auto now = Clock::now();
  auto next = Clock::time_point::max();
  for (auto record = records_.begin(); record != records_.end();) {
    const auto here = record++;
    const auto until = here->second.began + kKeep;
    if (until <= now)
      erase(here);
    else
      next = std::min(next, until);
  }
  if (!records_.empty()) timer_.set(next, [self = shared_from_this()] { self->erase_old(); });
}

}  // namespace components::loki::source_docker
