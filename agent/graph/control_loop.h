#pragma once
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/descriptor.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/wake.h"

namespace agent::graph {

/// The control thread's loop: signals, tasks from other threads, and timers, over one poll(2). It
/// sleeps without a timeout while no timer is set, so an idle agent does not wake.
class ControlLoop {
 public:
  using Task = std::function<void()>;
  using Clock = std::chrono::steady_clock;

  ControlLoop();
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  /// Blocks these signals in the calling thread and in all threads it starts from now on; they then
  /// arrive as calls of `handler` on the loop. Call before any thread is started.
  base::Result<void> handle_signals(const std::vector<int>& signals,
                                    std::function<void(int)> handler);

  /// Runs a task on the loop, in order. Thread safe, never blocks.
  void post(Task task);
  /// Runs a task on the loop soon after `delay`. On the loop's thread only.
  void after(std::chrono::milliseconds delay, Task task);

  /// Runs a function on the loop and waits for its answer; nothing when that takes longer than
  /// `patience`. For other threads than the loop's.
  template <class T>
  std::optional<T> ask(std::function<T()> question, std::chrono::milliseconds patience) {
    auto answer = std::make_shared<std::promise<T>>();
    auto future = answer->get_future();
    post([answer, question = std::move(question)] { answer->set_value(question()); });
    if (future.wait_for(patience) != std::future_status::ready) return std::nullopt;
    return future.get();
  }

  /// Runs until quit().
  void run();
  /// Makes run() return after the current task. Thread safe.
  void quit();

 private:
  void run_posted();
  void run_due();
  int poll_timeout_ms() const;
  void read_signals();

  const io::Wake wake_;
  base::Descriptor signal_fd_;
  std::function<void(int)> on_signal_;
  std::multimap<Clock::time_point, Task> timers_;
  bool quitting_ = false;
  base::Mutex mutex_;
  std::vector<Task> posted_ GUARDED_BY(mutex_);
};

}  // namespace agent::graph
