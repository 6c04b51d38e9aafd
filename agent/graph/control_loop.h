#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
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

  /// Runs a function on the loop and waits for its answer. Nothing when that takes longer than
  /// `patience` (the function is still going to run) or when the loop is closed to questions (it
  /// does not run). For other threads than the loop's.
  template <class T>
  std::optional<T> ask(std::function<T()> question, std::chrono::milliseconds patience) {
    const auto answer = std::make_shared<std::optional<T>>();
    const bool is_answered =
        call([answer, question = std::move(question)] { *answer = question(); }, patience);
    return is_answered ? std::move(*answer) : std::nullopt;
  }
  /// From now on ask() answers nothing at once, also to those who wait now: called on the loop's
  /// thread before it waits for the end of threads that may be asking.
  void close_to_questions();
  void open_to_questions();

  /// The longest that one turn of the loop has taken so far: what everybody else had to wait, and
  /// what the watchdog sees. Thread safe.
  std::chrono::nanoseconds longest_turn() const { return longest_turn_.load(); }

  /// Runs until quit().
  void run();
  /// Makes run() return after the current task. Thread safe.
  void quit();

 private:
  /// A thread that waits in ask().
  struct Call {
    bool is_done = false;
    bool is_refused = false;
  };
  struct Posted {
    Task task;
    std::shared_ptr<Call> call;  ///< null: nobody waits
  };

  /// Whether the task ran in time.
  bool call(Task task, std::chrono::milliseconds patience);
  std::optional<Posted> next_posted();
  void run_posted();
  void run_due();
  int poll_timeout_ms() const;
  void read_signals();

  const io::Wake wake_;
  base::Descriptor signal_fd_;
  std::function<void(int)> on_signal_;
  std::multimap<Clock::time_point, Task> timers_;
  bool quitting_ = false;
  std::atomic<std::chrono::nanoseconds> longest_turn_{std::chrono::nanoseconds(0)};
  base::Mutex mutex_;
  base::Condition call_ended_;
  std::deque<Posted> posted_ GUARDED_BY(mutex_);
  bool is_closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace agent::graph
