#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
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
  /// What the source does about a batch that was abandoned. A queue on disk stores at once what
  /// nobody can send again.
  enum class OnAbandon : uint8_t {
    lost,       ///< nothing: a datagram, a line of a connection
    read_again  ///< reads it again: a file, the journal, a container
  };

  Ack() = default;  ///< nobody waits
  explicit Ack(Callback callback, OnAbandon on_abandon = OnAbandon::lost)
      : state_(std::make_shared<State>(std::move(callback), on_abandon)) {}

  /// A token that holds others: they resolve when it does, and as it does.
  static Ack all(std::vector<Ack> parts) {
    const bool can_read_again = !parts.empty() && std::ranges::all_of(parts, &Ack::can_read_again);
    return Ack(
        [held = std::move(parts)](bool delivered) {
          if (delivered) return;
          for (const Ack& part : held) part.abandon();
        },
        can_read_again ? OnAbandon::read_again : OnAbandon::lost);
  }

  /// What this token covers was not delivered and will not be (shutdown); the source must read
  /// it again next time.
  void abandon() const {
    if (state_) state_->delivered = false;
  }
  explicit operator bool() const { return state_ != nullptr; }
  /// Whether everything it covers is read again when it is abandoned.
  bool can_read_again() const { return state_ && state_->on_abandon == OnAbandon::read_again; }

 private:
  struct State {
    State(Callback c, OnAbandon o) : callback(std::move(c)), on_abandon(o) {}
    ~State() { callback(delivered); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    Callback callback;
    const OnAbandon on_abandon;
    std::atomic<bool> delivered{true};
  };
  std::shared_ptr<State> state_;
};

}  // namespace telemetry
