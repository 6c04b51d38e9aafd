#pragma once
#include <memory>
#include <utility>

#include "base/mutex.h"

namespace base {

/// An immutable value that one thread replaces (reload) while others read it once per batch.
/// get() returns a reference that stays valid for as long as the caller holds it.
template <class T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value = nullptr) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    Lock lock(mutex_);
    return value_;
  }

  void set(std::shared_ptr<const T> value) {
    Lock lock(mutex_);
    value_.swap(value);  // The old value dies after the lock is released.
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const T> value_ GUARDED_BY(mutex_);
};

}  // namespace base
