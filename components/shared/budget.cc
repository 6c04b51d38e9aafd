#include "components/shared/budget.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/mutex.h"

namespace components {

struct Budget::State {
  explicit State(size_t max) : bytes_max(max) {}

  /// A thread in take(), on whose stack this lies. It has a condition of its own, so that returned
  /// bytes wake those who can go and nobody else.
  struct Waiter {
    size_t bytes;
    bool served = false;
    base::Condition changed;
  };

  bool fits(size_t bytes) const REQUIRES_LOCK(mutex) {
    return taken == 0 || taken + bytes <= bytes_max;
  }
  void serve() REQUIRES_LOCK(mutex) {
    while (!waiters.empty() && fits(waiters.front()->bytes)) {
      Waiter& waiter = *waiters.front();
      waiters.pop_front();
      taken += waiter.bytes;
      waiter.served = true;
      waiter.changed.notify_one();
    }
  }

  const size_t bytes_max;
  base::Mutex mutex;
  std::deque<Waiter*> waiters GUARDED_BY(mutex);
  size_t taken GUARDED_BY(mutex) = 0;
  bool closed GUARDED_BY(mutex) = false;
};

/// Bytes of the budget, for as long as it lives.
class Budget::Share {
 public:
  Share(std::shared_ptr<State> state, size_t bytes) : state_(std::move(state)), bytes_(bytes) {}
  ~Share() {
    base::Lock lock(state_->mutex);
    state_->taken -= bytes_;
    state_->serve();
  }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

 private:
  const std::shared_ptr<State> state_;
  const size_t bytes_;
};

Budget::Budget(size_t bytes_max) : state_(std::make_shared<State>(bytes_max)) {}
Budget::~Budget() {
  close();
}

std::shared_ptr<const void> Budget::take(size_t bytes) {
  {
    base::Lock lock(state_->mutex);
    if (state_->closed) return nullptr;
    if (state_->waiters.empty() && state_->fits(bytes)) {
      state_->taken += bytes;
    } else {
      State::Waiter waiter{bytes, false, {}};
      state_->waiters.push_back(&waiter);
      while (!waiter.served && !state_->closed) waiter.changed.wait(state_->mutex);
      if (!waiter.served) {
        std::erase(state_->waiters, &waiter);
        return nullptr;
      }
    }
  }
  return std::make_shared<const Share>(state_, bytes);
}

void Budget::close() {
  base::Lock lock(state_->mutex);
  state_->closed = true;
  for (State::Waiter* waiter : state_->waiters) waiter->changed.notify_one();
}

size_t Budget::taken() const {
  base::Lock lock(state_->mutex);
  return state_->taken;
}

size_t Budget::waiting() const {
  base::Lock lock(state_->mutex);
  return state_->waiters.size();
}

}  // namespace components
