#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace components::sink {

/// A batch of any signal, without what its source wants to be told, which all endpoints of a
/// component share. Immutable. A protocol derives its own.
class Payload {
 public:
  Payload() = default;
  virtual ~Payload() = default;
  Payload(const Payload&) = delete;
  Payload& operator=(const Payload&) = delete;

  /// Lines, samples or spans in it.
  virtual uint64_t entries() const = 0;

  /// Its bytes, one piece after another, which are valid during the call.
  using Use = std::function<void(std::span<const std::string_view> pieces)>;
  /// Calls `use` once with its bytes, for a queue on disk.
  virtual void encode(const Use& use) const = 0;
};
using PayloadPtr = std::shared_ptr<const Payload>;

}  // namespace components::sink
