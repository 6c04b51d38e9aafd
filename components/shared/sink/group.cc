#include "components/shared/sink/group.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <utility>

namespace components::sink {
namespace {

/// Where what a component has to send waits.
std::filesystem::path queue_folder(const Context& context) {
  return context.data_dir / "queue";
}

/// Where an endpoint without a name sends to; what may be secret is left out.
std::string address_of(const Settings& settings) {
  if (!settings.url) return settings.url_text;
  const std::string_view target = settings.url->target;
  std::string address = settings.host() + std::string(target.substr(0, target.find('?')));
  if (!settings.own_lane.empty()) address += ' ' + settings.own_lane;
  return address;
}

/// With names by which an endpoint is found after a restart: its own, or where it sends to.
DiskTargets targets_of(const std::vector<std::shared_ptr<Member>>& members) {
  DiskTargets targets;
  std::set<std::string> names;
  for (const auto& member : members) {
    const Settings& settings = member->settings();
    std::string name = settings.name;
    if (name.empty()) name = address_of(settings);
    for (int number = 2; !names.insert(name).second; ++number)
      name = fmt::format("{} ({})", name, number);
    targets.push_back({name, std::shared_ptr<Endpoint>(member, &member->endpoint())});
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

Member::Member(const Protocol& protocol, const Context& context, SettingsPtr settings,
               uint64_t seed)
    : settings_(std::move(settings)),
      metrics_(protocol.make_metrics(context.metrics, *settings_)),
      codec_(protocol.make_codec(*metrics_)),
      endpoint_(std::string(protocol.component), context.log, *codec_, *metrics_, settings_, seed) {
}

void Member::update(SettingsPtr settings) {
  settings_ = std::move(settings);
  metrics_->use(*settings_);
  endpoint_.update(settings_);
}

void Group::Door::receive(const PayloadPtr& payload, const telemetry::BatchHead& head) {
  const auto next = next_.get();
  if (next == nullptr) return head.ack.abandon();
  if (next->queue)
    next->queue->receive(payload, head);
  else
    hand_to_all(payload, head, next->targets);
}

Group::Group(const Protocol& protocol, Context context, std::vector<SettingsPtr> all,
             std::optional<bool> wants_queue)
    : protocol_(protocol),
      context_(std::move(context)),
      wants_queue_(wants_queue),
      seed_(std::random_device{}()) {
  for (SettingsPtr& settings : all) members_.push_back(make_member(std::move(settings)));
  // What comes before start() waits for it: memory would lose what nobody can send again.
  if (queues()) make_queue();
  open_door();
}

std::shared_ptr<Member> Group::make_member(SettingsPtr settings) {
  return std::make_shared<Member>(protocol_, context_, std::move(settings), ++seed_);
}

/// Or changes where it leads to.
void Group::open_door() {
  auto next = std::make_shared<Door::Next>();
  next->targets = targets_of(members_);
  next->queue = queue_;
  door_->next_.set(std::move(next));
}

base::Result<void> Group::start() {
  for (const auto& member : members_)
    if (auto started = member->endpoint().start(); !started) return started;
  return set_up_queue();
}

bool Group::queues() const {
  return wants_queue_.value_or(context_.queue_size.bytes != QueueSize::kOff);
}

void Group::make_queue() {
  const uint64_t bytes = context_.queue_size.bytes;
  DiskOptions options{.folder = queue_folder(context_),
                      .bytes_max = bytes == QueueSize::kAuto ? 0 : bytes,
                      .kind = protocol_.record_kind,
                      .decode = protocol_.decode};
  queue_ = std::make_shared<DiskQueue>(std::move(options), context_.metrics, context_.log);
  queue_->set_targets(targets_of(members_));
}

base::Result<void> Group::set_up_queue() {
  const bool is_on = queues();
  const auto folder = queue_folder(context_);
  if (!queue_ && !is_on && !has_segments(folder)) return {};
  if (!queue_) {
    make_queue();
    if (!is_on)
      context_.log.warn("the disk queue is off, but {} wait in {}: they are sent",
                        protocol_.entries, folder.string());
  }
  queue_->set_appends(is_on);
  queue_->set_targets(targets_of(members_));
  if (auto started = queue_->start(); !started) return started;
  open_door();
  return {};
}

Group::Members Group::take_successors(Members& old, const std::vector<SettingsPtr>& all) {
  Members next(all.size());
  const auto match = [&](auto fits) {
    for (size_t i = 0; i < all.size(); ++i)
      for (size_t j = 0; j < old.size() && next[i] == nullptr; ++j)
        if (old[j] != nullptr && fits(old[j]->settings(), *all[i], i == j))
          next[i] = std::exchange(old[j], nullptr);
  };
  const auto same_server = [](const Settings& a, const Settings& b) {
    return a.url_text == b.url_text && a.own_lane == b.own_lane;
  };
  match([](const Settings& a, const Settings& b, bool) { return a.equals(b); });
  match([&](const Settings& a, const Settings& b, bool) {
    return same_server(a, b) && a.name == b.name;
  });
  match([&](const Settings& a, const Settings& b, bool) { return same_server(a, b); });
  match([&](const Settings& a, const Settings& b, bool same_index) {
    return a.name == b.name && (same_index || !b.name.empty());
  });
  return next;
}

base::Result<void> Group::update(const std::vector<SettingsPtr>& all,
                                 std::optional<bool> wants_queue) {
  Members old = std::exchange(members_, {});
  members_ = take_successors(old, all);
  for (size_t i = 0; i < all.size(); ++i) {
    auto& member = members_[i];
    if (member == nullptr)
      member = make_member(all[i]);
    else if (!member->settings().equals(*all[i]))
      member->update(all[i]);
  }
  open_door();
  wants_queue_ = wants_queue;
  auto started = start();  // A disk queue lets go of those that are gone before they close.
  release_retired();
  for (auto& member : old) {
    if (member == nullptr) continue;
    member->endpoint().close(Endpoint::OnStop::drop, Clock::time_point::max());
    retired_.push_back(std::move(member));
  }
  return started;
}

/// What they have dropped stays on /metrics: who looks later wants to know.
void Group::release_retired() {
  std::erase_if(retired_, [this](const auto& member) {
    if (!member->endpoint().finished()) return false;
    gone_.push_back(member->metrics().counted());
    if (gone_.size() > kGoneMax) gone_.pop_front();
    return true;
  });
}

void Group::drain(Clock::time_point deadline) {
  // What is not sent stays on disk, or is read again.
  if (queue_ && queues()) deadline = std::min(deadline, Clock::now() + kDrainWithQueue);
  deadline_ = deadline;
  for (const auto& member : members_) member->endpoint().close(Endpoint::OnStop::abandon, deadline);
}

bool Group::is_drained() const {
  const auto finished = [](const auto& member) { return member->endpoint().finished(); };
  if (!std::ranges::all_of(members_, finished) || !std::ranges::all_of(retired_, finished))
    return false;
  if (!queue_) return true;
  queue_->close();
  return queue_->is_closed() || Clock::now() >= deadline_;
}

void Group::stop() {
  for (const auto& member : members_) member->endpoint().stop();
  for (const auto& member : retired_) member->endpoint().stop();
  if (queue_) queue_->stop();
}

Health Group::health() const {
  Health worst{Health::State::healthy, {}};
  for (const auto& member : members_)
    if (Health health = member->endpoint().health(); health.state != Health::State::healthy)
      worst = std::move(health);
  if (queue_)
    if (Health health = queue_->health(); health.state != Health::State::healthy)
      worst = std::move(health);
  return worst;
}

}  // namespace components::sink
