#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace telemetry {

/// Tells a source what became of a batch. Every copy and every part of the batch holds the same
/// token; when the last holder lets go, the source is called once: `delivered` is true unless some
/// holder abandoned its part. A stage that drops lines on purpose (and counts them) just lets go.
///
/// The callback runs on the thread of the last holder; it must be quick and must not block.
class Ack {
 public:
  using Callback = std::function<void(bool delivered)>;

  Ack() = default;  ///< nobody waits
  explicit Ack(Callback callback) : state_(std::make_shared<State>(std::move(callback))) {}

  /// A token that holds others: they resolve when it does, and as it does.
  static Ack all(std::vector<Ack> parts) {
    return Ack([held = std::move(parts)](bool delivered) {
      if (delivered) return;
      for (const Ack& part : held) part.abandon();
    });
  }

  /// What this token covers was not delivered and will not be (shutdown); the source must read
  /// it again next time.
  void abandon() const {
    if (state_) state_->delivered = false;
  }
  explicit operator bool() const { return state_ != nullptr; }

 private:
  struct State {
    explicit State(Callback c) : callback(std::move(c)) {}
    ~State() { callback(delivered); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    Callback callback;
    std::atomic<bool> delivered{true};
  };
  std::shared_ptr<State> state_;
};

}  // namespace telemetry
