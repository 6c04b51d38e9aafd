#pragma once
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"

namespace base {

/// A thread with a name. The only place that makes threads: unlike std::jthread it can fail, as it
/// does when the limit of the service (TasksMax) is reached, and the caller says so and tries again
/// later. Stopped and joined when it goes out of scope. Not thread safe.
class Thread {
 public:
  /// No thread.
  Thread() = default;
  /// Runs `run()` or `run(std::stop_token)`. `name` is what top -H and a debugger show, cut to 15
  /// bytes: "loki.write/0".
  template <class Function>
  static Result<Thread> start(std::string_view name, Function run) {
    if constexpr (std::is_invocable_v<Function&, std::stop_token>)
      return start_with_token(name, std::move(run));
    else
      return start_with_token(name, [run = std::move(run)](const std::stop_token&) { run(); });
  }

  Thread(Thread&& other) noexcept;
  /// Stops and joins the thread held so far.
  Thread& operator=(Thread&& other) noexcept;
  ~Thread();

  /// Whether there is a thread to join, running or finished.
  bool joinable() const { return joinable_; }
  void request_stop() { stop_.request_stop(); }
  /// Waits for its end. Without a thread it does nothing.
  void join();
  /// Lets it run on by itself: for calls that cannot be interrupted.
  void detach();

 private:
  using Run = std::function<void(std::stop_token)>;
  static Result<Thread> start_with_token(std::string_view name, Run run);

  pthread_t id_{};
  bool joinable_ = false;
  std::stop_source stop_{std::nostopstate};
};

/// For tests: while one exists, Thread::start() fails after `allowed` more threads as it does when
/// the kernel gives none.
class ThreadShortage {
 public:
  explicit ThreadShortage(int allowed = 0);
  ~ThreadShortage();
  ThreadShortage(const ThreadShortage&) = delete;
  ThreadShortage& operator=(const ThreadShortage&) = delete;
};

/// Calls work(i) for every i below `count` on all processors and returns when all are done, in
/// chunks of `chunk` (1: for few long pieces). Each i must touch only its own data; the order of
/// calls is not defined. Where threads cannot be had, fewer do the work.
template <class Work>
void parallel_for(size_t count, const Work& work, size_t chunk = 16) {
  const size_t wanted = std::min<size_t>(std::thread::hardware_concurrency(), count / chunk);
  std::atomic<size_t> next{0};
  const auto run = [&] {
    for (size_t begin; (begin = next.fetch_add(chunk)) < count;)
      for (size_t i = begin; i < std::min(begin + chunk, count); ++i) work(i);
  };
  std::vector<Thread> helpers;
  for (size_t i = 1; i < wanted; ++i) {
    auto helper = Thread::start("parallel", run);
    if (!helper) break;
    helpers.push_back(std::move(*helper));
  }
  run();
}

}  // namespace base
