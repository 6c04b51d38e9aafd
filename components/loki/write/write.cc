#include "components/loki/write/write.h"

#include <algorithm>
#include <random>
#include <utility>

#include "components/loki/write/routing.h"
#include "river/schema/decode.h"

namespace components::loki::write {

Endpoint::Endpoint(const Context& context, SettingsPtr settings, uint64_t seed)
    : settings_(std::move(settings)),
      shared_settings_(settings_),
      metrics_(context.metrics, settings_->host()),
      sink_("loki.write", context.log, codec_, metrics_, settings_, seed) {
  metrics_.announce(settings_->own_lane);
}

void Endpoint::update(SettingsPtr settings) {
  settings_ = std::move(settings);
  shared_settings_.set(settings_);
  metrics_.set_host(settings_->host());
  metrics_.announce(settings_->own_lane);
  sink_.update(settings_);
}

sink::BatchPtr Endpoint::routed(const std::shared_ptr<const telemetry::LogBatch>& batch) const {
  return std::make_unique<RoutedBatch>(batch, shared_settings_.get()->own_lane);
}

bool Endpoint::offer(const std::shared_ptr<const telemetry::LogBatch>& batch) {
  sink::BatchPtr mine = routed(batch);
  return sink_.offer(mine);
}

void Endpoint::take(const std::shared_ptr<const telemetry::LogBatch>& batch) {
  sink_.take(routed(batch));
}

/// What other components hold; outlives the component when they do.
class Write::Receiver final : public telemetry::LogReceiver {
 public:
  void set(Endpoints endpoints) {
    endpoints_.set(std::make_shared<const Endpoints>(std::move(endpoints)));
  }

  /// Abandons everything from now on.
  void close() { endpoints_.set(nullptr); }

  void receive(telemetry::LogBatch batch) override {
    const auto endpoints = endpoints_.get();
    if (endpoints == nullptr) return batch.ack.abandon();
    const auto shared = std::make_shared<const telemetry::LogBatch>(std::move(batch));
    // Those with room first: a full queue must not keep this batch from the others.
    std::vector<Endpoint*> full;
    for (const auto& endpoint : *endpoints)
      if (!endpoint->offer(shared)) full.push_back(endpoint.get());
    for (Endpoint* endpoint : full) endpoint->take(shared);
  }

 private:
  base::Snapshot<Endpoints> endpoints_;
};

Write::Write(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      receiver_(std::make_shared<Receiver>()),
      seed_(std::random_device{}()) {
  for (SettingsPtr& settings : settings_of(arguments))
    endpoints_.push_back(std::make_shared<Endpoint>(context_, std::move(settings), ++seed_));
  receiver_->set(endpoints_);
  const Exports exports{{receiver_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

Write::~Write() {
  receiver_->close();
}

base::Result<void> Write::start() {
  for (const auto& endpoint : endpoints_)
    if (auto started = endpoint->sink().start(); !started) return started;
  return {};
}

std::shared_ptr<Endpoint> Write::successor(Endpoints& old, const SettingsPtr& settings,
                                           size_t index) {
  const auto take = [&](auto fits) {
    for (auto& endpoint : old)
      if (endpoint != nullptr && fits(*endpoint)) return std::exchange(endpoint, nullptr);
    return std::shared_ptr<Endpoint>();
  };
  const std::string& name = settings->endpoint.name;
  if (auto found = take([&](const Endpoint& e) { return same(e.settings(), *settings); }))
    return found;
  if (!name.empty())
    if (auto found = take([&](const Endpoint& e) { return e.settings().endpoint.name == name; }))
      return found;
  if (index < old.size() && old[index] != nullptr && old[index]->settings().endpoint.name == name)
    return std::exchange(old[index], nullptr);
  return nullptr;
}

base::Result<void> Write::update(const Arguments& arguments) {
  Endpoints old = std::move(endpoints_);
  endpoints_.clear();
  for (SettingsPtr& settings : settings_of(arguments)) {
    auto endpoint = successor(old, settings, endpoints_.size());
    if (endpoint == nullptr) {
      endpoint = std::make_shared<Endpoint>(context_, settings, ++seed_);
    } else if (!same(endpoint->settings(), *settings)) {
      endpoint->update(settings);
    }
    endpoints_.push_back(std::move(endpoint));
  }
  receiver_->set(endpoints_);
  std::erase_if(retired_, [](const auto& endpoint) { return endpoint->sink().finished(); });
  for (auto& endpoint : old) {
    if (endpoint == nullptr) continue;
    endpoint->sink().close(sink::Endpoint::OnStop::drop, Clock::time_point::max());
    retired_.push_back(std::move(endpoint));
  }
  return start();
}

void Write::drain(Clock::time_point deadline) {
  for (const auto& endpoint : endpoints_)
    endpoint->sink().close(sink::Endpoint::OnStop::abandon, deadline);
}

bool Write::is_drained() const {
  const auto finished = [](const auto& endpoint) { return endpoint->sink().finished(); };
  return std::ranges::all_of(endpoints_, finished) && std::ranges::all_of(retired_, finished);
}

void Write::stop() {
  for (const auto& endpoint : endpoints_) endpoint->sink().stop();
  for (const auto& endpoint : retired_) endpoint->sink().stop();
}

Health Write::health() const {
  Health worst{Health::State::healthy, {}};
  for (const auto& endpoint : endpoints_)
    if (Health health = endpoint->sink().health(); health.state != Health::State::healthy)
      worst = std::move(health);
  return worst;
}

}  // namespace components::loki::write
