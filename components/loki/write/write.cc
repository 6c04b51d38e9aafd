#include "components/loki/write/write.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <utility>

#include "components/loki/write/log_payload.h"
#include "river/schema/decode.h"

namespace components::loki::write {

namespace {

/// Where the lines of a component wait.
std::filesystem::path queue_folder(const Context& context) {
  return context.data_dir / "queue";
}

/// Where an endpoint without a name sends to; what may be secret is left out.
std::string address_of(const Settings& settings) {
  if (!settings.url) return settings.endpoint.url.text;
  const std::string_view target = settings.url->target;
  std::string address = settings.host() + std::string(target.substr(0, target.find('?')));
  if (!settings.own_lane.empty()) address += ' ' + settings.own_lane;
  return address;
}

/// With names by which an endpoint is found after a restart: its own, or where it sends to.
sink::DiskTargets targets_of(const std::vector<std::shared_ptr<Endpoint>>& endpoints) {
  sink::DiskTargets targets;
  std::set<std::string> names;
  for (const auto& endpoint : endpoints) {
    const Settings& settings = endpoint->settings();
    std::string name = settings.endpoint.name;
    if (name.empty()) name = address_of(settings);
    for (int number = 2; !names.insert(name).second; ++number)
      name = fmt::format("{} ({})", name, number);
    targets.push_back({name, std::shared_ptr<sink::Endpoint>(endpoint, &endpoint->sink())});
  }
  return targets;
}

/// Whether a disk queue that is off now was on before, and holds something.
bool has_segments(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::directory_iterator it(folder, code);
  for (; !code && it != std::filesystem::directory_iterator(); it.increment(code))
    if (it->path().extension() == ".seg") return true;
  return false;
}

}  // namespace

Endpoint::Endpoint(const Context& context, SettingsPtr settings, uint64_t seed)
    : settings_(std::move(settings)),
      metrics_(context.metrics, settings_->host()),
      sink_("loki.write", context.log, codec_, metrics_, settings_, seed) {
  metrics_.announce(settings_->own_lane);
}

void Endpoint::update(SettingsPtr settings) {
  settings_ = std::move(settings);
  metrics_.set_host(settings_->host());
  metrics_.announce(settings_->own_lane);
  sink_.update(settings_);
}

/// What other components hold; outlives the component when they do.
class Write::Receiver final : public telemetry::LogReceiver {
 public:
  void set(const Endpoints& endpoints, std::shared_ptr<sink::DiskQueue> queue) {
    auto next = std::make_shared<Next>();
    next->targets = targets_of(endpoints);
    next->queue = std::move(queue);
    next_.set(std::move(next));
  }

  /// Abandons everything from now on.
  void close() { next_.set(nullptr); }

  void receive(telemetry::LogBatch batch) override {
    const auto next = next_.get();
    if (next == nullptr) return batch.ack.abandon();
    const telemetry::BatchHead head = std::move(static_cast<telemetry::BatchHead&>(batch));
    const auto payload = std::make_shared<const LogPayload>(std::move(batch));
    if (next->queue)
      next->queue->receive(payload, head);
    else
      sink::hand_to_all(payload, head, next->targets);
  }

 private:
  struct Next {
    sink::DiskTargets targets;
    std::shared_ptr<sink::DiskQueue> queue;
  };
  base::Snapshot<Next> next_;
};

Write::Write(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      wal_(arguments.wal),
      receiver_(std::make_shared<Receiver>()),
      seed_(std::random_device{}()) {
  for (SettingsPtr& settings : settings_of(arguments))
    endpoints_.push_back(std::make_shared<Endpoint>(context_, std::move(settings), ++seed_));
  receiver_->set(endpoints_, nullptr);
  const Exports exports{{receiver_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

Write::~Write() {
  receiver_->close();
}

base::Result<void> Write::start() {
  for (const auto& endpoint : endpoints_)
    if (auto started = endpoint->sink().start(); !started) return started;
  return set_up_queue();
}

bool Write::wants_queue() const {
  return wal_ ? wal_->enabled : context_.queue_size.bytes != QueueSize::kOff;
}

base::Result<void> Write::set_up_queue() {
  const auto folder = queue_folder(context_);
  const bool is_on = wants_queue();
  if (!queue_ && !is_on && !has_segments(folder)) return {};
  if (!queue_) {
    const uint64_t bytes = context_.queue_size.bytes;
    sink::DiskOptions options{.folder = folder,
                              .bytes_max = bytes == QueueSize::kAuto ? 0 : bytes,
                              .kind = telemetry::wire::kLogBatchRecordKind,
                              .decode = decode_log_payload};
    queue_ = std::make_shared<sink::DiskQueue>(std::move(options), context_.metrics, context_.log);
    if (!is_on)
      context_.log.warn("the disk queue is off, but lines wait in {}: they are sent",
                        folder.string());
  }
  queue_->set_appends(is_on);
  queue_->set_targets(targets_of(endpoints_));
  if (auto started = queue_->start(); !started) return started;
  receiver_->set(endpoints_, queue_);
  return {};
}

Write::Endpoints Write::take_successors(Endpoints& old, const std::vector<SettingsPtr>& all) {
  Endpoints next(all.size());
  const auto match = [&](auto fits) {
    for (size_t i = 0; i < all.size(); ++i)
      for (size_t j = 0; j < old.size() && next[i] == nullptr; ++j)
        if (old[j] != nullptr && fits(old[j]->settings(), *all[i], i == j))
          next[i] = std::exchange(old[j], nullptr);
  };
  const auto same_name = [](const Settings& a, const Settings& b) {
    return a.endpoint.name == b.endpoint.name;
  };
  const auto same_server = [](const Settings& a, const Settings& b) {
    return a.endpoint.url.text == b.endpoint.url.text && a.own_lane == b.own_lane;
  };
  match([](const Settings& a, const Settings& b, bool) { return same(a, b); });
  match([&](const Settings& a, const Settings& b, bool) {
    return same_server(a, b) && same_name(a, b);
  });
  match([&](const Settings& a, const Settings& b, bool) { return same_server(a, b); });
  match([&](const Settings& a, const Settings& b, bool same_index) {
    return same_name(a, b) && (same_index || !b.endpoint.name.empty());
  });
  return next;
}

base::Result<void> Write::update(const Arguments& arguments) {
  const std::vector<SettingsPtr> all = settings_of(arguments);
  Endpoints old = std::exchange(endpoints_, {});
  endpoints_ = take_successors(old, all);
  for (size_t i = 0; i < all.size(); ++i) {
    auto& endpoint = endpoints_[i];
    if (endpoint == nullptr)
      endpoint = std::make_shared<Endpoint>(context_, all[i], ++seed_);
    else if (!same(endpoint->settings(), *all[i]))
      endpoint->update(all[i]);
  }
  receiver_->set(endpoints_, queue_);
  wal_ = arguments.wal;
  auto started = start();  // A disk queue lets go of those that are gone before they close.
  std::erase_if(retired_, [](const auto& endpoint) { return endpoint->sink().finished(); });
  for (auto& endpoint : old) {
    if (endpoint == nullptr) continue;
    endpoint->sink().close(sink::Endpoint::OnStop::drop, Clock::time_point::max());
    retired_.push_back(std::move(endpoint));
  }
  return started;
}

void Write::drain(Clock::time_point deadline) {
  deadline_ = deadline;
  for (const auto& endpoint : endpoints_)
    endpoint->sink().close(sink::Endpoint::OnStop::abandon, deadline);
}

bool Write::is_drained() const {
  const auto finished = [](const auto& endpoint) { return endpoint->sink().finished(); };
  if (!std::ranges::all_of(endpoints_, finished) || !std::ranges::all_of(retired_, finished))
    return false;
  if (!queue_) return true;
  queue_->close();
  return queue_->is_closed() || Clock::now() >= deadline_;
}

void Write::stop() {
  for (const auto& endpoint : endpoints_) endpoint->sink().stop();
  for (const auto& endpoint : retired_) endpoint->sink().stop();
  if (queue_) queue_->stop();
}

Health Write::health() const {
  Health worst{Health::State::healthy, {}};
  for (const auto& endpoint : endpoints_)
    if (Health health = endpoint->sink().health(); health.state != Health::State::healthy)
      worst = std::move(health);
  if (queue_)
    if (Health health = queue_->health(); health.state != Health::State::healthy)
      worst = std::move(health);
  return worst;
}

}  // namespace components::loki::write
