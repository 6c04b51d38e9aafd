#include "components/shared/budget.h"

#include "base/mutex.h"

namespace components {

struct Budget::State {
  explicit State(size_t max) : bytes_max(max) {}
  const size_t bytes_max;
  base::Mutex mutex;
  base::Condition returned;
  size_t taken GUARDED_BY(mutex) = 0;
  bool closed GUARDED_BY(mutex) = false;
};

Budget::Budget(size_t bytes_max) : state_(std::make_shared<State>(bytes_max)) {}
Budget::~Budget() {
  close();
}

std::shared_ptr<const void> Budget::take(size_t bytes) {
  {
    base::Lock lock(state_->mutex);
    while (!state_->closed && state_->taken > 0 && state_->taken + bytes > state_->bytes_max)
      state_->returned.wait(state_->mutex);
    if (state_->closed) return nullptr;
    state_->taken += bytes;
  }
  // The pointer only counts holders; it points at nothing that anybody reads.
  return {static_cast<const void*>(state_.get()), [state = state_, bytes](const void*) {
            base::Lock lock(state->mutex);
            state->taken -= bytes;
            state->returned.notify_all();
          }};
}

void Budget::close() {
  base::Lock lock(state_->mutex);
  state_->closed = true;
  state_->returned.notify_all();
}

size_t Budget::taken() const {
  base::Lock lock(state_->mutex);
  return state_->taken;
}

}  // namespace components
