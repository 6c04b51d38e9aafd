#include "io/loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"

namespace io {

namespace asio = boost::asio;

struct Loop::State {
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  const std::shared_ptr<LoopGate> gate = std::make_shared<LoopGate>(context);
  base::Mutex mutex;
  std::vector<base::Thread> threads GUARDED_BY(mutex);
};

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() {
  stop();
  state_->gate->close();
}

base::Result<void> Loop::start() {
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  const auto wanted = static_cast<size_t>(std::clamp(processors, 1, kThreadsMax));
  base::Lock lock(state_->mutex);
  auto& threads = state_->threads;
  while (threads.size() < wanted) {
    auto thread = base::Thread::start(fmt::format("loop/{}", threads.size()),
                                      [&context = state_->context] { context.run(); });
    // One that runs does all the work, if more slowly.
    if (!thread && threads.empty()) return tl::unexpected(thread.error());
    if (!thread) break;
    threads.push_back(std::move(*thread));
  }
  return {};
}

void Loop::stop() {
  state_->context.stop();
  std::vector<base::Thread> threads;
  {
    base::Lock lock(state_->mutex);
    threads.swap(state_->threads);
  }
}

void Loop::post(std::function<void()> task) {
  asio::post(state_->context, std::move(task));
}

std::shared_ptr<LoopGate> Loop::gate() const {
  return state_->gate;
}

void LoopGate::post(std::function<void()> task) {
  base::Lock lock(mutex_);
  if (context_ != nullptr) asio::post(*context_, std::move(task));
}

void LoopGate::close() {
  base::Lock lock(mutex_);
  context_ = nullptr;
}

asio::io_context& Loop::context() {
  return state_->context;
}

/// Shared with the handlers that Asio holds.
struct Timer::State {
  explicit State(asio::io_context& context) : timer(context) {}

  base::Mutex mutex;
  asio::steady_timer timer GUARDED_BY(mutex);
  uint64_t setting GUARDED_BY(mutex) = 0;  ///< a handler of an older one does nothing
  std::function<void()> on_time GUARDED_BY(mutex);
};

Timer::Timer(Loop& loop) : state_(std::make_shared<State>(loop.context())) {}

Timer::~Timer() {
  cancel();
}

void Timer::set(Clock::time_point when, std::function<void()> on_time) {
  base::Lock lock(state_->mutex);
  state_->on_time.swap(on_time);  // What was set before is destroyed after the lock.
  state_->timer.expires_at(when);
  state_->timer.async_wait(
      [state = state_, setting = ++state_->setting](const boost::system::error_code&) {
        std::function<void()> call;
        {
          base::Lock guard(state->mutex);
          if (setting != state->setting) return;
          call = std::exchange(state->on_time, nullptr);
        }
        if (call) call();
      });
}

void Timer::cancel() {
  std::function<void()> dropped;  // May own what destroys this timer.
  base::Lock lock(state_->mutex);
  ++state_->setting;
  dropped.swap(state_->on_time);
  state_->timer.cancel();
}

}  // namespace io
