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

Environment::Environment(const Context& context, docker_api::Endpoint daemon)
    : TailerEnvironment(context),
      endpoint(std::move(daemon)),
      entries(context.metrics.counter("loki_source_docker_target_entries_total",
                                      "Lines of containers that were sent.")),
      bad_lines(context.metrics.counter("loki_source_docker_target_parsing_errors_total",
                                        "Lines of the daemon that could not be read.")),
      truncated(context.metrics.counter("loki_source_docker_truncated_lines_total",
                                        "Lines that were cut to the size limit.")),
      unreadable(context.metrics.counter("loki_source_docker_unreadable_containers_total",
                                         "Containers whose logging driver does not support "
                                         "reading.")),
      missed(context.metrics.counter("loki_source_docker_missed_containers_total",
                                     "Containers that were removed before all of their output "
                                     "could be read.")),
      bad_dropped(flow.dropped("parsing_error")),
      empty_lines(flow.filtered("empty_line")),
      unlabelled(flow.filtered("empty_labels")) {}

Tailer::Tailer(std::string id, std::shared_ptr<Environment> environment,
               std::shared_ptr<const TargetLabels> labels)
    : id_(std::move(id)),
      environment_(std::move(environment)),
      early_output_(environment_->early_output),
      labels_(std::move(labels)),
      api_(environment_->loop, environment_->endpoint),
      timer_(environment_->loop),
      backoff_(io::kRetryLocal, std::random_device{}()) {}

void Tailer::start() {
  base::Lock lock(mutex_);
  begin_at_stored_cursor();
  look();
}

void Tailer::stop() {
  docker_api::AsyncApi::Call call;  // It owns this.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    timer_.cancel();
    call.swap(call_);
  }
  if (call) call->cancel();
}

bool Tailer::set_wanted(bool wanted) {
  base::Lock lock(mutex_);
  const bool changed = std::exchange(wanted_, wanted) != wanted;
  if (wanted && std::exchange(ended_, false)) {
    drained_run_.clear();
    look();
  } else if (changed) {
    look_again();
  }
  return changed;
}

bool Tailer::finished() const {
  base::Lock lock(mutex_);
  return ended_ && window_->pending() == 0;
}

/// Ends reading if the container is no target: set_wanted() cannot come between.
bool Tailer::end_unless_wanted() {
  ended_ = !wanted_;
  return ended_;
}

std::string Tailer::problem() const {
  base::Lock lock(mutex_);
  return problem_;
}

void Tailer::set_problem(std::string problem) {
  const bool is_news = !problem.empty() && problem_.empty();
  problem_ = std::move(problem);
  if (is_news) environment_->log.warn("container {:.12}: {}; trying again", id_, problem_);
}

void Tailer::begin_at_stored_cursor() {
  const auto stored = environment_->positions->get(cursor_key(id_));
  const auto parsed = stored ? Cursor::parse(*stored) : std::nullopt;
  if (stored && !parsed)
    environment_->log.warn(
        "container {:.12}: stored position \"{}\" is malformed; reading from the start", id_,
        *stored);
  cursor_ = parsed.value_or(Cursor());
  if (window_) window_->detach();
  // A batch that is given up (its sink was removed) is read again at once, also when the container
  // is silent. Whoever lets go of it may hold the lock of this.
  window_ =
      std::make_unique<Window>([positions = environment_->positions, key = cursor_key(id_)](
                                   const std::string& cursor) { positions->set(key, cursor); },
                               [environment = environment_, weak = weak_from_this()] {
                                 environment->loop.post([weak] {
                                   if (const auto self = weak.lock()) self->look_soon();
                                 });
                               });
}

// Looking.

/// Asks what the container does. No call is under way.
void Tailer::look() {
  if (is_stopped_) return;
  is_to_look_ = false;
  is_sleeping_ = false;
  if (window_->broken()) begin_at_stored_cursor();
  call_ = api_.inspect(id_, [self = shared_from_this()](const base::Result<State>& state) {
    self->on_state(state);
  });
}

void Tailer::look_soon() {
  base::Lock lock(mutex_);
  look_again();
}

/// What it knows may be wrong: ends the call that follows the log, or sleep.
void Tailer::look_again() {
  if (is_stopped_ || ended_) return;
  is_to_look_ = true;
  if (is_sleeping_) return sleep(milliseconds(0));
  if (following_ && call_) call_->cancel();  // Its end comes from the loop.
}

void Tailer::sleep(milliseconds time) {
  is_sleeping_ = true;
  if (is_to_look_) time = milliseconds(0);
  timer_.set(io::Timer::Clock::now() + time, [self = shared_from_this()] {
    base::Lock lock(self->mutex_);
    if (self->is_sleeping_) self->look();
  });
}

void Tailer::on_state(const base::Result<State>& state) {
  base::Lock lock(mutex_);
  call_ = nullptr;
  if (is_stopped_) return;
  if (!state) {
    set_problem(state.error().message);
    return sleep(backoff_.next());
  }
  if (!*state) {
    set_problem("");
    if (early_output_->is_reading(id_)) return sleep(backoff_.next());
    environment_->log.info("container {:.12} is gone", id_);
    if (!was_read_ && !logged_unreadable_) read_early_output();
    ended_ = true;
    return;
  }
  state_ = **state;
  if (state_.running && end_unless_wanted()) return;
  if (state_.running || state_.started_at != drained_run_) return follow();
  if (!end_unless_wanted()) sleep(kStoppedPoll);
}

// Reading.

void Tailer::follow() {
  cursor_before_ = cursor_.text();
  following_.emplace(state_.terminal ? FrameReader::Format::terminal : FrameReader::Format::frames,
                     cursor_, environment_->unfinished_lines);
  if (is_to_look_) {
    following_.reset();
    return look();
  }
  call_ = api_.follow_logs(
      id_, cursor_.since(),
      [self = shared_from_this()](std::string_view piece) { return self->on_data(piece); },
      [self = shared_from_this()](const base::Result<bool>& ended) { self->on_end(ended); });
}

bool Tailer::on_data(std::string_view piece) {
  base::Lock lock(mutex_);
  if (is_stopped_ || !following_) return false;
  set_problem("");
  if (!std::exchange(was_read_, true)) early_output_->take(id_);  // It is not needed.
  Following& following = *following_;
  read([&](const FrameReader::OnLine& on_line) {
    following.is_log = following.reader.feed(piece, on_line);
  });
  if (!following.is_log || window_->broken()) return false;
  if (environment_->wait_for_room(shared_from_this())) call_->pause();
  return true;
}

void Tailer::resume() {
  base::Lock lock(mutex_);
  if (call_) call_->resume();
}

void Tailer::on_end(const base::Result<bool>& ended) {
  base::Lock lock(mutex_);
  call_ = nullptr;
  if (is_stopped_) return;
  if (cursor_.text() != cursor_before_) backoff_.reset();
  if (!following_->is_log) {
    count_bad_lines(1);
    on_unread(following_->reader.problem());
  } else if (window_->broken() || is_to_look_) {
    look();
  } else if (!ended) {
    on_unread(ended.error().message);
  } else if (!*ended) {
    look();  // Gone, which the next look says.
  } else {
    Following& following = *following_;
    read([&](const FrameReader::OnLine& on_line) { following.reader.finish(on_line); });
    set_problem("");
    was_read_ = true;
    if (!state_.running) {
      drained_run_ = state_.started_at;
      look();
    } else {  // It ended right now, or the daemon cut us off: ask.
      sleep(backoff_.next());
    }
  }
  following_.reset();
}

/// The log could not be read, or not to its end.
void Tailer::on_unread(const std::string& message) {
  if (!is_unreadable(message)) {
    set_problem(is_being_removed(message) ? "" : message);
    return sleep(backoff_.next());
  }
  set_problem("");
  if (!std::exchange(logged_unreadable_, true)) {
    environment_->unreadable->add(1);
    environment_->log.warn("container {:.12} is not read: {}", id_, message);
  }
  if (!end_unless_wanted()) sleep(kUnreadablePoll);
}

/// The container was removed before its log could be read.
void Tailer::read_early_output() {
  const EarlyOutput::Output output = early_output_->take(id_);
  if (output.bytes.empty() || output.is_cut) {
    environment_->missed->add(1);
    environment_->log.warn("container {:.12} was removed before {} be read", id_,
                           output.is_cut ? "all of its output could" : "its output could");
  }
  if (output.bytes.empty()) return;
  // Frames begin with the number of their stream, a terminal's lines with their time.
  const bool has_frames = static_cast<unsigned char>(output.bytes.front()) < ' ';
  FrameReader& reader =
      following_
          .emplace(has_frames ? FrameReader::Format::frames : FrameReader::Format::terminal,
                   cursor_, environment_->unfinished_lines)
          .reader;
  read([&](const FrameReader::OnLine& on_line) {
    if (reader.feed(output.bytes, on_line)) reader.finish(on_line);
  });
  following_.reset();
}

/// Puts the lines that `feed` gives.
template <class Feed>
void Tailer::read(Feed feed) {
  telemetry::LogBatch batch;
  const auto labels = labels_.get();
  FrameReader& reader = following_->reader;
  reader.set_line_bytes_max(
      environment_->unfinished_lines.line_bytes_max(FrameReader::kLineBytesMax));
  feed([&](const Line& line) REQUIRES_LOCK(mutex_) { take(line, *labels, batch); });
  following_->unfinished.set(reader.unfinished_bytes());
  const uint64_t bad_lines = reader.bad_lines();
  count_bad_lines(bad_lines - std::exchange(following_->bad_lines, bad_lines));
  put(std::move(batch));
}

void Tailer::take(const Line& line, const TargetLabels& labels, telemetry::LogBatch& batch) {
  if (!following_->replay.is_new(line.stream, line.timestamp_ns)) return;
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
  environment_->bad_lines->add(count);
  environment_->bad_dropped->add(count);
  environment_->flow.receive(count);
}

void Tailer::put(telemetry::LogBatch batch) {
  if (!std::exchange(passed_, false)) return;
  environment_->flow.receive(batch.entries.size() + empty_ + unlabelled_);
  environment_->entries->add(batch.entries.size());
  environment_->empty_lines->add(std::exchange(empty_, 0));
  environment_->unlabelled->add(std::exchange(unlabelled_, 0));
  environment_->truncated->add(std::exchange(truncated_, 0));
  batch.ack = window_->issue(cursor_.text());
  if (!batch.entries.empty()) environment_->outbox.put(std::move(batch));
}

}  // namespace components::loki::source_docker
