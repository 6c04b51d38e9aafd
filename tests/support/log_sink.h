#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "telemetry/log_batch.h"

namespace support {

/// Polls until the condition holds; false when it does not within the deadline.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// A receiver that keeps what it is given. Lets go of acks at once, or holds them, or abandons, or
/// blocks as a sink does whose backend is down.
class LogSink final : public telemetry::LogReceiver {
 public:
  enum class Mode { deliver, hold, abandon, block };

  struct Line {
    std::string text;
    std::string labels;  ///< {a="x"}
    int64_t timestamp_ns = 0;
  };

  void receive(telemetry::LogBatch batch) override {
    base::Lock lock(mutex_);
    ++batches_;
    if (!changed_.wait(mutex_, batch.stop,
                       [this]() REQUIRES_LOCK(mutex_) { return mode_ != Mode::block; }))
      return batch.ack.abandon();
    if (mode_ == Mode::abandon) return batch.ack.abandon();
    for (const auto& entry : batch.entries)
      lines_.push_back({std::string(batch.line(entry)),
                        telemetry::to_stream_text(batch.labels(entry)), entry.timestamp_ns});
    if (mode_ == Mode::hold) held_.push_back(batch.ack);
  }
  void set(Mode mode) {
    base::Lock lock(mutex_);
    mode_ = mode;
    changed_.notify_all();
  }
  /// Delivers what is held.
  void release() {
    std::vector<telemetry::Ack> held;
    base::Lock lock(mutex_);
    held.swap(held_);
  }
  void clear() {
    base::Lock lock(mutex_);
    lines_.clear();
  }
  std::vector<Line> lines() const {
    base::Lock lock(mutex_);
    return lines_;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (auto& line : lines()) out.push_back(line.text);
    return out;
  }
  size_t batches() const {
    base::Lock lock(mutex_);
    return batches_;
  }
  /// Waits for so many lines.
  bool has(size_t count) const {
    return eventually([&] { return lines().size() >= count; });
  }

 private:
  mutable base::Mutex mutex_;
  base::Condition changed_;
  Mode mode_ GUARDED_BY(mutex_) = Mode::deliver;
  std::vector<Line> lines_ GUARDED_BY(mutex_);
  std::vector<telemetry::Ack> held_ GUARDED_BY(mutex_);
  size_t batches_ GUARDED_BY(mutex_) = 0;
};

}  // namespace support
