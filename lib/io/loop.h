#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "base/mutex.h"
#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace io {

/// A longer time of waiting is cut to this, so that no sum of times overflows.
inline constexpr std::chrono::hours kWaitMax{24 * 365};

/// How a thread that may outlive a loop hands work to it: what comes after the end of the loop is
/// dropped. Thread safe.
class LoopGate {
 public:
  explicit LoopGate(boost::asio::io_context& context) : context_(&context) {}
  /// The task is destroyed on the calling thread when the loop has ended, so it owns nothing of it.
  void post(std::function<void()> task);
  void close();

 private:
  base::Mutex mutex_;
  boost::asio::io_context* context_ GUARDED_BY(mutex_);
};

/// The agent's event loop: a few threads for what is many and slow, such as requests and timers of
/// discovery. What runs on it returns within milliseconds. Thread safe. Outlives what uses it; its
/// destructor waits for what runs and drops what waits.
class Loop {
 public:
  static constexpr int kThreadsMax = 4;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Starts the threads, as many as there are processors but at most kThreadsMax; to be called by
  /// whoever uses the loop, so that an agent without such components has none. Does nothing when
  /// they run.
  base::Result<void> start();
  /// Ends the threads. Nothing is called after it returns.
  void stop();

  /// Calls from a thread of the loop.
  void post(std::function<void()> task);
  /// For threads that the loop does not outlive.
  std::shared_ptr<LoopGate> gate() const;

  /// For the rest of lib/io.
  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Calls back from a thread of the loop, once, at a time that may be changed. Thread safe.
class Timer {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Timer(Loop& loop);
  ~Timer();  ///< cancels
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Replaces what was set before.
  void set(Clock::time_point when, std::function<void()> on_time);
  /// A call that has begun in another thread goes on.
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace io
