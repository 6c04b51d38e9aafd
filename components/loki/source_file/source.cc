#include "components/loki/source_file/source.h"

#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "components/loki/source_file/archive.h"
#include "components/loki/source_file/leftovers.h"
#include "components/loki/source_file/tailer.h"
#include "components/shared/batches.h"
#include "telemetry/text.h"

namespace components::loki::source_file {
namespace {

using std::chrono::milliseconds;

/// After a round that read something, a busy writer is let write so long before the next look: one
/// read then takes many lines.
constexpr milliseconds kGather{20};
/// How often files that are written to are looked at while nothing is read.
constexpr milliseconds kObserve{250};
/// How often old positions are looked for.
constexpr std::chrono::hours kForgetPause{1};
/// Shortest time between two searches for files.
constexpr milliseconds kSearchPause{100};

Encoding encoding_of(const Arguments& arguments) {
  return encoding_from_name(arguments.encoding).value_or(Encoding{});
}

}  // namespace

Engine::Engine(const Context& context, const Arguments& arguments)
    : log_(context.log), environment_(context.metrics, context.log), plan_{arguments, true} {
  environment_.streams = &streams_;
  set_receivers(arguments.forward_to);
}

void Engine::set_receivers(const std::vector<LogsReceiver>& forward_to) {
  outbox_.set_receivers(receivers_of(forward_to));
}

void Engine::set_arguments(const Arguments& arguments) {
  set_receivers(arguments.forward_to);
  {
    base::Lock lock(mutex_);
    plan_ = {arguments, true};
  }
  environment_.wake->notify();
}

void Engine::set_positions(std::shared_ptr<io::Positions> positions, const std::string& folder) {
  environment_.folder = folder;
  environment_.positions = std::move(positions);
  environment_.known_files.load(environment_.positions);
}

base::Result<void> Engine::take_legacy_positions(const std::string& path) {
  std::error_code none;
  if (path.empty() || !environment_.positions->all().empty() ||
      !std::filesystem::exists(path, none))
    return {};
  const auto text = base::read_regular_file(path);
  if (!text) return base::fail("legacy_positions_file: {}", text.error().message);
  environment_.legacy_offsets = legacy_offsets(*text);
  environment_.log.info("{}: positions of {} files are taken over", path,
                        environment_.legacy_offsets.size());
  return {};
}

void Engine::request_stop() {
  stopping_ = true;
  environment_.wake->notify();
}

std::string Engine::problem() const {
  base::Lock lock(mutex_);
  return problem_;
}

void Engine::run() {
  while (adopt_plan()) {
    environment_.watches.drain_name();
    if (Clock::now() >= next_sync_) find_files();
    if (!outbox_.has_room()) {
      observe();
      wait_for_room();
    } else if (!round()) {
      wait_for_work();
    }
  }
  outbox_.stop();
  streams_.clear();
}

/// False: time to end.
bool Engine::adopt_plan() {
  if (stopping_) return false;
  Arguments arguments;
  {
    base::Lock lock(mutex_);
    if (!std::exchange(plan_.is_new, false)) return true;
    arguments = plan_.arguments;
  }
  Environment& e = environment_;
  const Encoding encoding = encoding_of(arguments);
  const auto compression =
      arguments.decompression.enabled ? arguments.decompression.format : Compression::none;
  // Another way of reading: all files again, from their positions.
  if (e.encoding != encoding || e.compression != compression) streams_.clear();
  e.encoding = encoding;
  e.compression = compression;
  e.tail_from_end = arguments.tail_from_end;
  e.on_positions_error = arguments.on_positions_file_error;
  e.poll = std::max<std::chrono::nanoseconds>(arguments.file_watch.min_poll_frequency.value,
                                              milliseconds(10));
  e.initial_delay = arguments.decompression.initial_delay.value;
  patterns_.reset();
  next_sync_ = Clock::time_point::max();
  if (!arguments.file_match.enabled) {
    set_targets(arguments.targets);
    return true;
  }
  patterns_ = std::make_unique<PathTargets>(arguments.targets,
                                            arguments.file_match.ignore_older_than.value);
  sync_period_ = arguments.file_match.sync_period.value;
  find_files();
  return true;
}

void Engine::find_files() {
  folders_.changed();  // Notices from here on call for another search.
  std::set<std::string_view> read;
  for (const auto& entry : streams_) read.insert(entry.second->path());
  auto expansion = patterns_->expand([&](const std::string& path) { return read.contains(path); });
  folders_.set(expansion.folders);
  set_targets(expansion.targets);
  next_sync_ = Clock::now() + std::max<std::chrono::nanoseconds>(sync_period_, kSearchPause);
}

void Engine::set_targets(const river::schema::Targets& targets) {
  std::map<std::string, std::pair<std::string, telemetry::Labels>> wanted;
  for (const auto& target : targets) {
    const auto path = target.find("__path__");
    if (path == target.end()) continue;
    auto labels = public_labels(target);
    auto key = Stream::key_of(path->second, labels);
    wanted.emplace(std::move(key), std::pair(path->second, std::move(labels)));
  }
  const auto is_wanted = [&](const std::string& key) { return wanted.contains(key); };
  Leftovers leftovers(environment_, streams_, is_wanted);
  for (auto& [key, what] : wanted) {
    auto& [path, labels] = what;
    if (const auto known = streams_.find(key); known != streams_.end()) {
      known->second->set_wanted(true);
      continue;
    }
    auto stream = leftovers.take_stream(path);
    if (stream)
      stream->relabel(labels);
    else
      leftovers.move_position(path, key);
    if (!stream) stream = make_stream(std::move(path), std::move(labels));
    streams_.emplace(key, std::move(stream));
  }
  leftovers.end_streams();
  if (const auto now = Clock::now(); now >= next_forget_) {
    leftovers.forget_positions();
    next_forget_ = now + kForgetPause;
  }
}

std::unique_ptr<Stream> Engine::make_stream(std::string path, telemetry::Labels labels) {
  if (environment_.compression == Compression::none)
    return std::make_unique<Tailer>(environment_, std::move(path), std::move(labels));
  return std::make_unique<Archive>(environment_, std::move(path), std::move(labels));
}

bool Engine::round() {
  bool any = false;
  const auto now = Clock::now();
  auto it = streams_.lower_bound(std::exchange(round_at_, ""));
  for (size_t left = streams_.size(); left > 0; --left) {
    if (it == streams_.end()) it = streams_.begin();
    if (!outbox_.has_room()) {
      round_at_ = it->first;
      break;
    }
    const auto taken = step(*it->second, now);
    any |= taken == Stream::Step::lines;
    it = taken == Stream::Step::finished ? streams_.erase(it) : std::next(it);
  }
  if (any) last_round_ = Clock::now();
  return any;
}

Stream::Step Engine::step(Stream& stream, Clock::time_point now) {
  if (!stream.is_due(now)) return Stream::Step::nothing;
  telemetry::LogBatch batch;
  const auto taken = stream.step(batch, now);
  if (taken != Stream::Step::lines) return taken;
  stream.step_again();
  stream.acknowledge(batch);
  outbox_.put(std::move(batch));
  return taken;
}

/// Nothing is read now; but what is rotated away meanwhile must be known when it is.
void Engine::observe() {
  environment_.watches.drain_content();
  const auto now = Clock::now();
  for (auto& [key, stream] : streams_)
    if (now >= stream->observe_at()) stream->set_observe_at(stream->observe(now));
}

/// Files that are written to are looked at from time to time only, or a busy one would keep this
/// thread awake for nothing.
void Engine::wait_for_room() {
  publish_problem();
  auto until = std::min(next_sync_, Clock::now() + kObserve);
  for (const auto& entry : streams_) until = std::min(until, entry.second->observe_at());
  sleep(until, false, true);
}

void Engine::wait_for_work() {
  publish_problem();
  auto until = next_sync_;
  for (const auto& entry : streams_) until = std::min(until, entry.second->due());
  const auto gathered = last_round_ + kGather;
  if (Clock::now() < gathered && sleep(std::min(until, gathered), false, false)) return;
  sleep(until, true, true);
}

/// Sleeps until something happens; what is written to files, and what appears in folders, counts
/// only when asked for. True when it was not just time that passed.
bool Engine::sleep(Clock::time_point until, bool contents, bool folders) {
  constexpr auto kLongest = std::chrono::minutes(1);
  const auto left = std::min<Clock::duration>(until - Clock::now(), kLongest);
  const auto wait = std::max<int64_t>(0, std::chrono::ceil<milliseconds>(left).count());
  const int content_fd = contents ? environment_.watches.content_fd() : -1;
  const int folder_fd = patterns_ && folders ? folders_.fd() : -1;
  pollfd wanted[] = {{environment_.wake->fd(), POLLIN, 0},
                     {environment_.watches.name_fd(), POLLIN, 0},
                     {content_fd, POLLIN, 0},
                     {folder_fd, POLLIN, 0}};
  const int ready = ::poll(wanted, std::size(wanted), static_cast<int>(wait));
  if (wanted[0].revents) environment_.wake->clear();
  if (wanted[2].revents) environment_.watches.drain_content();
  if (wanted[3].revents && folders_.changed())
    next_sync_ = std::min(next_sync_, Clock::now() + kSearchPause);
  return ready > 0;
}

void Engine::publish_problem() {
  std::string first = patterns_ ? patterns_->problem() : "";
  size_t waiting = 0;
  for (const auto& entry : streams_) {
    if (first.empty()) first = entry.second->problem();
    if (entry.second->waits_for_descriptor()) ++waiting;
  }
  if (waiting > 0) {
    const std::string text = fmt::format(
        "{} files are not read: {} are open, and the rest of the descriptors is needed elsewhere; "
        "raise the limit (LimitNOFILE of the unit, ulimit -n) or match fewer files",
        waiting, OpenFiles::most());
    if (!std::exchange(lacks_descriptors_, true)) log_.warn("{}", text);
    if (first.empty()) first = text;
  } else {
    lacks_descriptors_ = false;
  }
  base::Lock lock(mutex_);
  problem_ = std::move(first);
}

Source::Source(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      engine_(context_, arguments),
      encoding_(encoding_of(arguments)),
      legacy_positions_file_(arguments.legacy_positions_file) {}

base::Result<void> Source::start() {
  if (auto converter = check_converter(encoding_); !converter) return converter;
  positions_ = std::make_shared<io::Positions>(context_.data_dir / "positions", context_.metrics,
                                               context_.log);
  engine_.set_positions(positions_, context_.data_dir.string());
  if (auto taken = engine_.take_legacy_positions(legacy_positions_file_); !taken) return taken;
  if (auto opened = engine_.open(); !opened) return opened;
  auto thread = base::Thread::start("loki.file", [this] { engine_.run(); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

base::Result<void> Source::update(const Arguments& arguments) {
  encoding_ = encoding_of(arguments);
  if (auto converter = check_converter(encoding_); !converter) return converter;
  engine_.set_arguments(arguments);
  return {};
}

void Source::stop() {
  engine_.request_stop();
  thread_.join();
  if (!positions_) return;
  if (const auto saved = positions_->save(); !saved)
    context_.log.error("{}", saved.error().message);
  positions_.reset();  // Acks that are under way hold it still, and save when they are done.
}

Health Source::health() const {
  auto problem = engine_.problem();
  if (problem.empty() && positions_)
    if (const auto saved = positions_->health(); !saved) problem = saved.error().message;
  if (problem.empty()) return {Health::State::healthy, ""};
  return {Health::State::unhealthy, std::move(problem)};
}

}  // namespace components::loki::source_file
