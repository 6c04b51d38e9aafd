#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "telemetry/ack.h"

namespace telemetry {

/// A piece of a batch's buffer, by offset: views would dangle when the batch moves.
struct Slice {
  uint32_t offset = 0;
  uint32_t size = 0;
};

/// What batches of every signal begin with. It is no base for code that takes any batch: each
/// signal has its own receivers, so what cannot be understood cannot be connected.
struct BatchHead {
  Ack ack;
  /// Set by the source. When stop is requested, whoever blocks on behalf of this batch gives up at
  /// once and abandons it: a source must be able to stop while a sink is down.
  std::stop_token stop;
};

/// Whoever takes batches of one signal: an exported `receiver`.
template <class Batch>
class Receiver {
 public:
  virtual ~Receiver() = default;
  /// Takes the batch. May block while the receivers after it are slow: that is the backpressure
  /// which slows sources down. Never fails: what cannot be delivered is counted and its ack
  /// abandoned. Called from any thread; calls for one source come from one thread, in order.
  virtual void receive(Batch batch) = 0;
};

template <class Batch>
using Receivers = std::vector<std::shared_ptr<Receiver<Batch>>>;

/// The `forward_to` of a component: hands a batch to each receiver in turn, a copy to all but the
/// last. With no receivers the batch is dropped as delivered. The list may be replaced while
/// running.
template <class Batch>
class Fanout final : public Receiver<Batch> {
 public:
  void set(Receivers<Batch> next) {
    next_.set(std::make_shared<const Receivers<Batch>>(std::move(next)));
  }
  void receive(Batch batch) override {
    const auto next = next_.get();
    if (!next || next->empty()) return;
    for (size_t i = 0; i + 1 < next->size(); ++i) (*next)[i]->receive(batch);
    next->back()->receive(std::move(batch));
  }

 private:
  base::Snapshot<Receivers<Batch>> next_;
};

}  // namespace telemetry
