#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

// Lock annotations that clang proves (-Wthread-safety); g++ ignores them.
#if defined(__clang__)
#define THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define THREAD_ATTRIBUTE(x)
#endif
#define GUARDED_BY(mutex) THREAD_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES_LOCK(...) THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES_LOCK(...) THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace base {

/// std::mutex with the annotations that let clang check GUARDED_BY.
class THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope.
class THREAD_ATTRIBUTE(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) THREAD_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~Lock() THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits on a base::Mutex: `condition.wait(mutex, [&] { return ready; })` with the mutex held.
using Condition = std::condition_variable_any;

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
