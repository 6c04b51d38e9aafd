#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace components {

/// The thread of a source, with an end that comes in bounded time: a source may be blocked in a
/// receiver whose backend is away, and what unblocks it is stopped only after the source.
///
/// The work must own (by shared_ptr) all that it touches, for it may outlive this object: join()
/// lets go of a thread that does not end in time. It ends when its receiver lets it.
class Worker {
 public:
  Worker() = default;
  ~Worker() { join(std::chrono::seconds(0)); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start(std::function<void()> work);
  /// Waits for the end of the work, which must have been asked to end. False: let go of.
  bool join(std::chrono::milliseconds limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace components
