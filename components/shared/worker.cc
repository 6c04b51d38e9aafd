#include "components/shared/worker.h"

#include <utility>

#include "base/mutex.h"

namespace components {

struct Worker::State {
  base::Mutex mutex;
  base::Condition ended;
  bool done GUARDED_BY(mutex) = false;
};

void Worker::start(std::function<void()> work) {
  state_ = std::make_shared<State>();
  thread_ = std::thread([state = state_, work = std::move(work)]() mutable {
    work();
    work = nullptr;  // What it owned is released before the end is told.
    base::Lock lock(state->mutex);
    state->done = true;
    state->ended.notify_all();
  });
}

bool Worker::join(std::chrono::milliseconds limit) {
  if (!thread_.joinable()) return true;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  bool done = false;
  {
    base::Lock lock(state_->mutex);
    while (!state_->done && std::chrono::steady_clock::now() < deadline)
      state_->ended.wait_until(state_->mutex, deadline);
    done = state_->done;
  }
  done ? thread_.join() : thread_.detach();
  return done;
}

}  // namespace components
