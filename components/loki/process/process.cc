#include "components/loki/process/process.h"

#include <utility>

#include "components/shared/batches.h"
#include "river/schema/decode.h"

namespace components::loki::process {

using telemetry::LogBatch;

Processor::Processor(const base::metrics::Scope& metrics)
    : flow_(metrics, telemetry::Flow::kLines) {}

Processor::~Processor() {
  close();
}

base::Result<void> Processor::set_pipeline(PipelinePtr pipeline) {
  base::Lock lock(mutex_);
  if (started_ && pipeline->holds_for() && !thread_.joinable())
    if (auto started = start_thread(); !started) return started;
  pipeline_.swap(pipeline);
  if (pipeline) {
    pipeline->replace();
    // Without a thread it dies here or with its last batch, and abandons what it holds.
    if (thread_.joinable() && pipeline->holds_for()) replaced_.push_back(std::move(pipeline));
  }
  poked_ = true;
  for_flush_.notify_all();
  return {};
}

base::Result<void> Processor::start() {
  base::Lock lock(mutex_);
  started_ = true;
  if (pipeline_->holds_for()) return start_thread();
  return {};
}

base::Result<void> Processor::start_thread() {
  auto thread = base::Thread::start("loki.process", [this] { run(); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

Processor::PipelinePtr Processor::enter(const std::stop_token& stop) {
  base::Lock lock(mutex_);
  const auto may_enter = [&]() REQUIRES_LOCK(mutex_) { return closed_ || is_free(); };
  ++waiting_;
  const bool entered = may_enter() || for_sources_.wait(mutex_, stop, may_enter);
  --waiting_;
  if (closed_) return nullptr;
  if (!entered) {
    wake_source();  // The call may have been for this one, which does not come.
    return nullptr;
  }
  busy_ = true;
  ++sending_;
  return pipeline_;
}

void Processor::leave_pipeline() {
  base::Lock lock(mutex_);
  busy_ = false;
  wake_source();
  if (waiting_for_idle_ > 0) for_flush_.notify_all();
}

void Processor::end_send() {
  base::Lock lock(mutex_);
  --sending_;
  // What this batch left behind is due after the shortest holding time at the earliest.
  const auto holds_for = pipeline_ ? pipeline_->holds_for() : std::nullopt;
  if (holds_for && *holds_for < wakes_at_ - Clock::now()) poked_ = true;
  if (poked_ || flushing_ || closed_) for_flush_.notify_all();
}

void Processor::receive(LogBatch batch) {
  const size_t entries = batch.entries.size();
  flow_.receive(entries);
  buffered_->add(static_cast<double>(entries));
  const PipelinePtr pipeline = enter(batch.stop);
  if (!pipeline) {
    flow_.abandon(entries);
    buffered_->add(-static_cast<double>(entries));
    return batch.ack.abandon();
  }
  const auto handover = std::make_shared<Handover>();
  batch = pipeline->process(std::move(batch), handover);
  leave_pipeline();
  buffered_->add(-static_cast<double>(entries));
  if (!batch.entries.empty()) {
    flow_.send(batch.entries.size());
    next_.receive(std::move(batch));
  }
  handover->done(Clock::now());
  end_send();
}

void Processor::run() {
  while (const auto due = next_flush()) {
    flush(*due, stopping());
    base::Lock lock(mutex_);
    flushing_ = false;
    wake_source();
  }
}

std::optional<Processor::Flush> Processor::next_flush() {
  base::Lock lock(mutex_);
  while (!closed_) {
    if (busy_) {
      wait_for_idle([&]() REQUIRES_LOCK(mutex_) { return closed_ || !busy_; });
      continue;
    }
    const auto due = replaced_.empty() ? pipeline_->due() : Clock::time_point::min();
    if (due <= Clock::now()) {
      if (!may_flush()) break;
      if (replaced_.empty()) return Flush{pipeline_, Clock::now()};
      Flush all{replaced_.front(), stages::Stage::kAll};
      replaced_.erase(replaced_.begin());
      return all;
    }
    wakes_at_ = due;
    poked_ = false;
    const auto woken = [&]() REQUIRES_LOCK(mutex_) { return closed_ || poked_; };
    if (due == Clock::time_point::max())
      for_flush_.wait(mutex_, woken);
    else
      for_flush_.wait_until(mutex_, due, woken);
  }
  return std::nullopt;
}

/// Waits until nothing is under way and takes the pipeline. False when closed.
bool Processor::may_flush() {
  flushing_ = true;
  wait_for_idle([&]() REQUIRES_LOCK(mutex_) { return closed_ || (!busy_ && sending_ == 0); });
  if (!closed_) busy_ = true;
  return !closed_;
}

void Processor::flush(const Flush& flush, std::stop_token stop) {
  LogBatch batch = flush.pipeline->flush(flush.until);
  leave_pipeline();
  if (batch.entries.empty()) return;
  batch.stop = std::move(stop);
  flow_.send(batch.entries.size());
  next_.receive(std::move(batch));
}

void Processor::close() {
  std::vector<PipelinePtr> last;
  {
    base::Lock lock(mutex_);
    if (closed_) return;
    closed_ = true;
  }
  stopping_.request_stop();
  for_sources_.notify_all();
  for_flush_.notify_all();
  thread_.join();
  bool overtakes = false;
  {
    base::Lock lock(mutex_);
    // Short: nothing waits inside of stages any more.
    wait_for_idle([&]() REQUIRES_LOCK(mutex_) { return !busy_; });
    last = std::exchange(replaced_, {});
    if (pipeline_) last.push_back(std::exchange(pipeline_, nullptr));
    overtakes = sending_ > 0;
  }
  // A stop that is requested already: whoever has no room abandons instead of waiting.
  if (!overtakes)
    for (const PipelinePtr& pipeline : last) flush({pipeline, stages::Stage::kAll}, stopping());
}

Process::Process(Context context, const Arguments& arguments)
    : context_(std::move(context)), processor_(std::make_shared<Processor>(context_.metrics)) {
  (void)update(arguments);  // Before start() it needs no thread, so it cannot fail.
  const Exports exports{.receiver = {processor_}};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Process::update(const Arguments& arguments) {
  // New receivers alone leave the pipeline, and what its stages remember, as it is.
  const Arguments only_stages{.forward_to = {}, .stages = arguments.stages};
  river::Value stages = river::schema::encode(kSignature.arguments, &only_stages);
  if (!(stages == stages_)) {
    auto pipeline =
        std::make_shared<Pipeline>(arguments.stages, context_.metrics, processor_->flow(),
                                   context_.log, processor_->stopping(), context_.id);
    problem_ = fmt::to_string(fmt::join(pipeline->problems(), "; "));
    if (!problem_.empty()) context_.log.warn("{}", problem_);
    if (auto set = processor_->set_pipeline(std::move(pipeline)); !set) return set;
    stages_ = std::move(stages);
  }
  processor_->set_next(receivers_of(arguments.forward_to));
  return {};
}

Health Process::health() const {
  if (problem_.empty()) return {Health::State::healthy, {}};
  return {Health::State::unhealthy, problem_};
}

}  // namespace components::loki::process
