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
  /// Where a batch comes from, by what can be asked of its source: each can do what those before it
  /// can. A queue on disk stores at once what nobody can send again.
  enum class Source : uint8_t {
    fleeting,    ///< nothing: a datagram, a scrape
    connection,  ///< to be slowed down for a moment; what was abandoned is lost
    client,      ///< awaits the answer, and sends again what was abandoned
    rereadable   ///< reads it again: a file, the journal, a container
  };

  Ack() = default;  ///< nobody waits
  explicit Ack(Callback callback, Source source = Source::fleeting)
      : Ack(std::move(callback), source, source == Source::client) {}

  /// A token that holds others: they resolve when it does, and as it does.
  static Ack all(std::vector<Ack> parts) {
    Source source = parts.empty() ? Source::fleeting : Source::rereadable;
    for (const Ack& part : parts) source = std::min(source, part.source());
    const bool is_awaited = std::ranges::any_of(parts, &Ack::is_awaited);
    return Ack(
        [held = std::move(parts)](bool delivered) {
          if (delivered) return;
          for (const Ack& part : held) part.abandon();
        },
        source, is_awaited);
  }

  /// What this token covers was not delivered and will not be (shutdown); the source must read
  /// it again next time.
  void abandon() const {
    if (state_) state_->delivered = false;
  }
  explicit operator bool() const { return state_ != nullptr; }
  /// Whether everything it covers is read again when it is abandoned.
  bool can_read_again() const { return source() == Source::rereadable; }
  /// Whether the sources of everything it covers can be slowed down for a moment.
  bool can_wait() const { return source() >= Source::connection; }
  /// Whether a client does nothing until it is told.
  bool is_awaited() const { return state_ && state_->is_awaited; }

 private:
  Ack(Callback callback, Source source, bool is_awaited)
      : state_(std::make_shared<State>(std::move(callback), source, is_awaited)) {}
  Source source() const { return state_ ? state_->source : Source::fleeting; }

  struct State {
    State(Callback c, Source s, bool a) : callback(std::move(c)), source(s), is_awaited(a) {}
    ~State() { callback(delivered); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    Callback callback;
    const Source source;
    const bool is_awaited;
    std::atomic<bool> delivered{true};
  };
  std::shared_ptr<State> state_;
};

}  // namespace telemetry
