#include "components/loki/source_kubernetes/tailer.h"

#include <random>
#include <utility>

namespace components::loki::source_kubernetes {
namespace {

using std::chrono::milliseconds;

constexpr io::RetryLimits kRetry{milliseconds(800), milliseconds(30'000)};
constexpr milliseconds kTimeout{30'000};
/// The head of an answer that follows comes with the first line only, so it is not waited for.
constexpr milliseconds kFollowTimeout{io::kWaitMax};
/// What has not failed by then works.
constexpr milliseconds kWorks{10'000};
/// How often a pod is looked at whose container does not run. Discovery tells sooner, mostly.
constexpr milliseconds kWaitingPoll{5'000};
constexpr size_t kPodBytesMax = size_t{8} << 20;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Environment::Environment(const Context& context, kubernetes::Connection api)
    : TailerEnvironment(context),
      connection(std::move(api)),
      entries(context.metrics.counter("loki_source_kubernetes_entries_total",
                                      "Lines of containers that were sent.")),
      gaps(context.metrics.counter("loki_source_kubernetes_gaps_total",
                                   "Times that lines of a container were gone before they could be "
                                   "read, as its log was rotated or its container replaced.")),
      unstamped(context.metrics.counter("loki_source_kubernetes_unstamped_lines_total",
                                        "Lines without a timestamp, which got the present time.")),
      truncated(context.metrics.counter("loki_source_kubernetes_truncated_lines_total",
                                        "Lines that were cut to the size limit.")),
      empty_lines(flow.filtered("empty_line")) {}

Tailer::Tailer(ContainerName name, std::shared_ptr<Environment> environment,
               telemetry::Labels labels)
    : name_(std::move(name)),
      environment_(std::move(environment)),
      client_(environment_->loop, environment_->connection.server, environment_->connection.http,
              kPodBytesMax),
      timer_(environment_->loop),
      labels_(std::move(labels)),
      backoff_(kRetry, std::random_device{}()) {}

void Tailer::start() {
  base::Lock lock(mutex_);
  begin_at_stored_cursor();
  look();
}

void Tailer::stop() {
  std::shared_ptr<io::http::AsyncCall> call;  // It owns this.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    timer_.cancel();
    call.swap(call_);
  }
  if (call) call->cancel();
}

void Tailer::set_labels(telemetry::Labels labels) {
  base::Lock lock(mutex_);
  labels_ = std::move(labels);
}

void Tailer::set_wanted(bool wanted) {
  base::Lock lock(mutex_);
  if (std::exchange(is_wanted_, wanted) == wanted) return;
  if (wanted && std::exchange(is_ended_, false)) return look();
  look_again();
}

bool Tailer::is_finished() const {
  base::Lock lock(mutex_);
  return is_ended_ && window_->pending() == 0;
}

std::string Tailer::problem() const {
  base::Lock lock(mutex_);
  return problem_;
}

void Tailer::set_problem(std::string problem) {
  const bool is_news = !problem.empty() && problem_.empty();
  problem_ = std::move(problem);
  if (is_news) environment_->log.warn("{}: {}; trying again", name_.text(), problem_);
}

std::string Tailer::path() const {
  return fmt::format("{}/api/v1/namespaces/{}/pods/{}", environment_->connection.server.target,
                     io::http::percent_encoded(name_.namespace_),
                     io::http::percent_encoded(name_.pod));
}

void Tailer::begin_at_stored_cursor() {
  const auto stored = environment_->positions->get(cursor_key(name_.key()));
  const auto parsed = stored ? Cursor::parse(*stored) : std::nullopt;
  if (stored && !parsed)
    environment_->log.warn("{}: stored position \"{}\" is malformed; reading from the start",
                           name_.text(), *stored);
  cursor_ = parsed.value_or(Cursor());
  read_up_.clear();
  if (window_) window_->detach();
  // A batch that is given up (its sink was removed) is read again at once. Whoever lets go of it
  // may hold the lock of this.
  window_ =
      std::make_unique<Window>([positions = environment_->positions, key = cursor_key(name_.key())](
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
  if (is_stopped_ || is_ended_) return;
  is_to_look_ = false;
  if (window_->broken()) begin_at_stored_cursor();
  call_ = client_.send({"GET", path(), {{"Accept", "application/json"}}, {}}, kTimeout,
                       [self = shared_from_this()](base::Result<io::http::Response> answer) {
                         self->on_pod(std::move(answer));
                       });
}

void Tailer::look_soon() {
  base::Lock lock(mutex_);
  look_again();
}

/// What it knows may be wrong: ends the call that is under way, or sleep.
void Tailer::look_again() {
  if (is_stopped_ || is_ended_) return;
  is_to_look_ = true;
  if (!call_) return sleep(milliseconds(0));
  call_->cancel();  // Its end comes from the loop.
}

void Tailer::sleep(milliseconds time) {
  timer_.set(io::Timer::Clock::now() + time, [self = shared_from_this()] {
    base::Lock lock(self->mutex_);
    if (!self->call_) self->look();
  });
}

void Tailer::end(std::string_view why) {
  environment_->log.debug("{}: {}", name_.text(), why);
  set_problem("");
  is_ended_ = true;
}

void Tailer::on_pod(base::Result<io::http::Response> answer) {
  base::Lock lock(mutex_);
  call_ = nullptr;
  if (is_stopped_) return;
  if (is_to_look_) return look();
  if (answer && answer->status == 404) return end("the pod is gone");
  if (answer && !answer->ok())
    answer = base::fail("get the pod: HTTP {}: {}", answer->status, message_of(answer->body));
  auto state = answer ? read_container_state(answer->body, name_.container)
                      : base::Result<ContainerState>(tl::unexpected(answer.error()));
  if (!state) {
    set_problem(state.error().message);
    return sleep(backoff_.next());
  }
  on_state(*state);
}

void Tailer::on_state(const ContainerState& state) {
  if (!name_.pod_uid.empty() && state.pod_uid != name_.pod_uid)
    return end("another pod has its name");
  if (state.is_running && !is_wanted_) return end("it is no target any more");
  state_ = state;
  if (state.id.empty()) {
    set_problem("");
    if (!is_wanted_ || state.is_pod_over) return end("the container never started");
    return sleep(kWaitingPoll);
  }
  if (cursor_.container() != state.id && !begin_container(state)) return;
  if (state.is_running || read_up_ != state.id) return read_log(Log::present);
  if (state.is_pod_over || !is_wanted_) return end("the container has ended");
  sleep(kWaitingPoll);
}

/// Another container has taken the place of the one that was read. False: the rest of that one is
/// read first.
bool Tailer::begin_container(const ContainerState& state) {
  if (!cursor_.container().empty() && read_up_ != cursor_.container()) {
    if (state.previous_id == cursor_.container()) {
      read_log(Log::previous);
      return false;
    }
    note_gap("its container was replaced more than once");
  } else if (!cursor_.container().empty() && !state.previous_id.empty() &&
             state.previous_id != cursor_.container()) {
    note_gap("a container started and ended unseen");
  }
  cursor_.begin(state.id, state.started_ns);
  return true;
}

// Reading.

void Tailer::read_log(Log log) {
  reading_.emplace(cursor_, log, environment_->unfinished_lines);
  const bool follows = log == Log::present && state_.is_running;
  std::string target = fmt::format("{}/log?container={}&timestamps=true", path(),
                                   io::http::percent_encoded(name_.container));
  if (follows) target += "&follow=true";
  if (log == Log::previous) target += "&previous=true";
  if (const std::string since = cursor_.since(); !since.empty())
    target += "&sinceTime=" + io::http::percent_encoded(since);
  call_ = client_.stream(
      {"GET", target, {}, {}}, follows ? kFollowTimeout : kTimeout,
      [self = shared_from_this()](std::string_view piece) { return self->on_data(piece); },
      [self = shared_from_this()](const base::Result<io::http::Response>& answer) {
        self->on_end(answer);
      });
  timer_.set(io::Timer::Clock::now() + kWorks, [self = shared_from_this()] {
    base::Lock lock(self->mutex_);
    if (self->call_ && self->reading_) self->set_problem("");
  });
}

bool Tailer::on_data(std::string_view piece) {
  base::Lock lock(mutex_);
  if (is_stopped_ || !reading_) return false;
  set_problem("");
  take_lines([&](const LineReader::OnLine& on_line)
                 REQUIRES_LOCK(mutex_) { reading_->lines.feed(piece, on_line); });
  if (window_->broken()) return false;
  if (environment_->wait_for_room(shared_from_this())) call_->pause();
  return true;
}

void Tailer::resume() {
  base::Lock lock(mutex_);
  if (call_) call_->resume();
}

void Tailer::on_end(const base::Result<io::http::Response>& answer) {
  base::Lock lock(mutex_);
  call_ = nullptr;
  if (is_stopped_) return;
  if (window_->broken() || is_to_look_) {
    reading_.reset();
    return look();
  }
  if (!answer || !answer->ok()) {
    if (answer) return on_refusal(*answer);
    reading_.reset();
    set_problem("read its log: " + answer.error().message);
    return sleep(backoff_.next());
  }
  take_lines([&](const LineReader::OnLine& on_line)
                 REQUIRES_LOCK(mutex_) { reading_->lines.finish(on_line); });
  set_problem("");
  // An answer that followed may also have ended because the kubelet did; the pod says which.
  if (reading_->log == Log::previous || !state_.is_running) read_up_ = cursor_.container();
  const bool is_new = reading_->replay.is_over();
  reading_.reset();
  if (is_new) backoff_.reset();
  sleep(backoff_.next());
}

void Tailer::on_refusal(const io::http::Response& answer) {
  const std::string message = message_of(answer.body);
  const bool is_over = reading_->log == Log::previous || !state_.is_running;
  reading_.reset();
  if (answer.status == 400) {  // It is about to start, or the runtime has removed the log.
    set_problem("");
    if (!is_over) return sleep(kWaitingPoll);
    read_up_ = cursor_.container();
    return sleep(backoff_.next());
  }
  if (answer.status != 404)
    set_problem(fmt::format("read its log: HTTP {}: {}", answer.status, message));
  sleep(backoff_.next());
}

/// Puts the lines that `feed` gives.
template <class Feed>
void Tailer::take_lines(Feed feed) {
  telemetry::LogBatch batch;
  LineReader& lines = reading_->lines;
  lines.set_line_bytes_max(
      environment_->unfinished_lines.line_bytes_max(LineReader::kLineBytesMax));
  feed([&](const Line& line) REQUIRES_LOCK(mutex_) { take(line, batch); });
  reading_->unfinished.set(lines.unfinished_bytes());
  if (!std::exchange(is_moved_, false)) return;
  environment_->flow.receive(batch.entries.size());
  environment_->entries->add(batch.entries.size());
  batch.ack = window_->issue(cursor_.text());
  if (!batch.entries.empty()) environment_->outbox.put(std::move(batch));
}

void Tailer::take(const Line& line, telemetry::LogBatch& batch) {
  Reading& reading = *reading_;
  if (!line.timestamp_ns) {
    // The rest of a long line whose beginning was read before.
    if (!reading.replay.is_over() || line.text.empty()) return;
    environment_->unstamped->add(1);
    batch.add(now_ns(), line.text, labels_);
    is_moved_ = true;
    return;
  }
  const bool is_new = reading.replay.is_new(*line.timestamp_ns);
  if (reading.replay.has_gap() && !std::exchange(reading.is_gap_noted, true))
    note_gap("its log was rotated");
  if (!is_new) return;
  cursor_.pass(*line.timestamp_ns);
  is_moved_ = true;
  if (line.is_truncated) environment_->truncated->add(1);
  if (line.text.empty()) {
    environment_->flow.receive(1);
    environment_->empty_lines->add(1);
  } else {
    batch.add(*line.timestamp_ns, line.text, labels_);
  }
}

void Tailer::note_gap(std::string_view why) {
  environment_->gaps->add(1);
  environment_->log.warn("{}: lines are lost, as {} before they were read", name_.text(), why);
}

}  // namespace components::loki::source_kubernetes
