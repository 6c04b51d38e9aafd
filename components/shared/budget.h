#pragma once
#include <cstddef>
#include <memory>

namespace components {

/// Bounds the bytes of a source that are under way and not acknowledged. Thread safe.
class Budget {
 public:
  explicit Budget(size_t bytes_max);
  ~Budget();

  /// Takes a share, to be held by the batch's ack; it returns to the budget when the last holder
  /// lets go, also after this object is gone. Waits while the budget is spent; those who wait are
  /// served in order, so a large batch is not overtaken by small ones for ever. A batch larger than
  /// the whole budget passes when nothing else is under way. nullptr after close().
  std::shared_ptr<const void> take(size_t bytes);
  /// Ends the waiting, now and later.
  void close();
  size_t taken() const;
  /// Threads that wait in take().
  size_t waiting() const;

 private:
  struct State;
  class Share;
  std::shared_ptr<State> state_;
};

}  // namespace components
