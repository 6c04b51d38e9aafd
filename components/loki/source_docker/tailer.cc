#include "components/loki/source_docker/tailer.h"

#include <random>
#include <utility>

namespace components::loki::source_docker {
namespace {

using std::chrono::milliseconds;

/// How often a stopped container is asked for a new start. Discovery tells sooner, mostly.
constexpr milliseconds kStoppedPoll{2'000};

/// How often a container whose output cannot be read is tried again.
constexpr milliseconds kUnreadablePoll{60'000};

/// Its owner chose a logging driver that keeps nothing, such as "none": no fault of anybody.
bool is_unreadable(std::string_view message) {
  return message.find("does not support reading") != message.npos;
}

/// It ends right now; the next look finds it gone.
bool is_being_removed(std::string_view message) {
  return message.find("marked for removal") != message.npos;
}

}  // namespace

std::string cursor_key(const std::string& container_id) {
  return "cursor-" + container_id;
}

Tailer::Tailer(std::string id, const Environment& environment,
               std::shared_ptr<const TargetLabels> labels)
    : id_(std::move(id)),
      environment_(environment),
      labels_(std::move(labels)),
      backoff_(io::kRetryLocal, std::random_device{}()) {
  start_thread();
}

void Tailer::start_thread() {
  auto thread = base::Thread::start("docker/" + id_.substr(0, 8),
                                    [this](std::stop_token stop) { run(std::move(stop)); });
  if (thread) {
    thread_ = std::move(*thread);
    return;
  }
  set_problem(thread.error().message);
  base::Lock lock(mutex_);
  ended_ = true;
}

Tailer::~Tailer() {
  thread_.request_stop();
  thread_.join();
}

bool Tailer::set_wanted(bool wanted) {
  bool changed = false, has_ended = false;
  {
    base::Lock lock(mutex_);
    changed = std::exchange(wanted_, wanted) != wanted;
    has_ended = wanted && ended_;
  }
  if (has_ended) {
    thread_.join();
    {
      base::Lock lock(mutex_);
      ended_ = false;
    }
    start_thread();
  } else if (changed) {
    interrupt_->raise();
    changed_.notify_all();
  }
  return changed;
}

bool Tailer::finished() const {
  base::Lock lock(mutex_);
  return ended_ && (!window_ || window_->pending() == 0);
}

bool Tailer::lacks_thread() const {
  base::Lock lock(mutex_);
  return ended_ && wanted_;
}

/// Ends the thread's work if the container is no target: set_wanted() cannot come between.
bool Tailer::end_unless_wanted() {
  base::Lock lock(mutex_);
  ended_ = !wanted_;
  return ended_;
}

std::string Tailer::problem() const {
  base::Lock lock(mutex_);
  return problem_;
}

void Tailer::set_problem(std::string problem) {
  base::Lock lock(mutex_);
  const bool is_news = !problem.empty() && problem_.empty();
  problem_ = std::move(problem);
  if (is_news) environment_.log.warn("container {:.12}: {}; trying again", id_, problem_);
}

void Tailer::run(std::stop_token stop) {
  docker_api::Api api(environment_.endpoint);
  if (!window_) begin_at_stored_cursor();
  drained_run_.clear();
  while (!stop.stop_requested() && !step(api, stop)) {
  }
  // Acks that are still to come keep moving the stored cursor.
  base::Lock lock(mutex_);
  ended_ = true;
}

void Tailer::begin_at_stored_cursor() {
  const auto stored = environment_.positions->get(cursor_key(id_));
  const auto parsed = stored ? Cursor::parse(*stored) : std::nullopt;
  if (stored && !parsed)
    environment_.log.warn(
        "container {:.12}: stored position \"{}\" is malformed; reading from the start", id_,
        *stored);
  cursor_ = parsed.value_or(Cursor());
  if (window_) window_->detach();
  // A batch that is given up (its sink was removed) is read again at once, also when the container
  // is silent and nothing else wakes this thread.
  window_ =
      std::make_unique<Window>([positions = environment_.positions, key = cursor_key(id_)](
                                   const std::string& cursor) { positions->set(key, cursor); },
                               [interrupt = interrupt_] { interrupt->raise(); });
}

bool Tailer::step(docker_api::Api& api, std::stop_token stop) {
  const uint64_t seen = interrupt_->raises();
  if (window_->broken()) begin_at_stored_cursor();
  const auto state = api.inspect(id_, stop);
  if (!state) {
    if (!stop.stop_requested()) set_problem(state.error().message);
    sleep(backoff_.next(), seen, stop);
    return false;
  }
  if (!*state) {
    set_problem("");
    environment_.log.info("container {:.12} is gone", id_);
    return true;
  }
  if ((*state)->running && end_unless_wanted()) return true;
  if (!(*state)->running && (*state)->started_at == drained_run_) {
    if (end_unless_wanted()) return true;
    sleep(kStoppedPoll, seen, stop);
    return false;
  }
  const Cursor before = cursor_;
  const auto drained = follow(api, (*state)->terminal, seen, stop);
  if (cursor_.text() != before.text()) backoff_.reset();
  if (!drained && is_unreadable(drained.error().message)) {
    set_problem("");
    if (!std::exchange(logged_unreadable_, true)) {
      environment_.unreadable->add(1);
      environment_.log.warn("container {:.12} is not read: {}", id_, drained.error().message);
    }
    if (end_unless_wanted()) return true;
    sleep(kUnreadablePoll, seen, stop);
    return false;
  }
  if (!drained) {
    const bool is_going = is_being_removed(drained.error().message);
    if (!stop.stop_requested()) set_problem(is_going ? "" : drained.error().message);
    sleep(backoff_.next(), seen, stop);
    return false;
  }
  if (!*drained) return false;
  set_problem("");
  if ((*state)->running)
    sleep(backoff_.next(), seen, stop);  // It ended right now, or the daemon cut us off: ask.
  else
    drained_run_ = (*state)->started_at;
  return false;
}

/// Reads until the log ends in order (true), or something else is to be looked at (false).
base::Result<bool> Tailer::follow(docker_api::Api& api, bool terminal, uint64_t seen,
                                  std::stop_token stop) {
  std::stop_source call = interrupt_->arm(seen);
  const std::stop_callback on_stop(stop, [&] { call.request_stop(); });
  FrameReader reader(terminal ? FrameReader::Format::terminal : FrameReader::Format::frames);
  Replay replay(cursor_);
  uint64_t bad_lines = 0;
  bool is_log = true;

  const auto read = [&](const auto& feed) {
    telemetry::LogBatch batch;
    const auto labels = labels_.get();
    feed([&](const Line& line) { take(line, *labels, replay, batch); });
    count_bad_lines(reader.bad_lines() - bad_lines);
    bad_lines = reader.bad_lines();
    send(std::move(batch), stop);
  };
  const auto ended = api.follow_logs(
      id_, cursor_.since(),
      [&](std::string_view piece) {
        set_problem("");
        read([&](const FrameReader::OnLine& on_line) { is_log = reader.feed(piece, on_line); });
        return is_log && !window_->broken();
      },
      call.get_token());
  if (!is_log) {
    count_bad_lines(1);
    return base::fail("{}", reader.problem());
  }
  if (window_->broken() || call.stop_requested()) return false;
  if (!ended) return ended;
  if (!*ended) return false;  // Gone: the next look at it says so.
  read([&](const FrameReader::OnLine& on_line) { reader.finish(on_line); });
  return true;
}

void Tailer::take(const Line& line, const TargetLabels& labels, Replay& replay,
                  telemetry::LogBatch& batch) {
  if (!replay.is_new(line.stream, line.timestamp_ns)) return;
  cursor_.pass(line.stream, line.timestamp_ns);
  passed_ = true;
  const telemetry::Labels& set = labels.of(line.stream, line.truncated);
  if (line.truncated) ++truncated_;
  if (line.text.empty())
    ++empty_;
  else if (set.empty())
    ++unlabelled_;
  else
    batch.add(line.timestamp_ns, line.text, set);
}

void Tailer::count_bad_lines(uint64_t count) const {
  environment_.bad_lines->add(count);
  environment_.bad_dropped->add(count);
  environment_.flow.receive(count);
}

void Tailer::send(telemetry::LogBatch batch, std::stop_token stop) {
  if (!std::exchange(passed_, false)) return;
  environment_.flow.receive(batch.entries.size() + empty_ + unlabelled_);
  environment_.flow.send(batch.entries.size());
  environment_.entries->add(batch.entries.size());
  environment_.empty_lines->add(std::exchange(empty_, 0));
  environment_.unlabelled->add(std::exchange(unlabelled_, 0));
  environment_.truncated->add(std::exchange(truncated_, 0));
  batch.ack = window_->issue(cursor_.text());
  batch.stop = std::move(stop);
  if (!batch.entries.empty()) environment_.next.receive(std::move(batch));
}

/// Sleeps, unless something was raised since `seen`.
void Tailer::sleep(milliseconds time, uint64_t seen, std::stop_token stop) {
  base::Lock lock(mutex_);
  changed_.wait_for(mutex_, stop, time, [&] { return interrupt_->raises() != seen; });
}

}  // namespace components::loki::source_docker
