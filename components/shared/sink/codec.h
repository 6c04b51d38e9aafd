#pragma once
#include <cstddef>
#include <memory>
#include <stop_token>
#include <vector>

#include "components/shared/sink/payload.h"
#include "components/shared/sink/request.h"
#include "components/shared/sink/room.h"
#include "components/shared/sink/settings.h"
#include "telemetry/ack.h"

namespace components::sink {

class Batcher;

/// A batch of any signal on its way to one endpoint, and what it holds for each lane. A protocol
/// derives its own.
class Batch {
 public:
  Batch() = default;
  virtual ~Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Held until the endpoint is done with the entries of this share.
  const telemetry::Ack& ack_of(size_t share) const {
    return shares[share].ack ? shares[share].ack : ack;
  }

  std::vector<Share> shares;  ///< one for each lane that it has entries for
  telemetry::Ack ack;         ///< held until the endpoint is done with it
  std::stop_token stop;       ///< who blocks on behalf of the batch gives up then
};
using BatchPtr = std::unique_ptr<Batch>;

/// What an endpoint must know of its protocol. Batches, requests and settings that it is given are
/// its own. For the batcher's thread, except where marked.
class Codec {
 public:
  virtual ~Codec() = default;

  /// From now on; called before anything else.
  virtual void use(SettingsPtr settings) = 0;
  /// An empty request.
  virtual std::unique_ptr<Request> make_request() = 0;
  /// Size at which a request is full, in the bytes of its total().
  virtual size_t request_bytes_max() const = 0;
  /// Adds each entry to the open request of its lane (batcher.h), or drops it there.
  virtual void place(const Batch& batch, Batcher& batcher) = 0;

  /// A batch of all that the payload holds, with the shares of its lanes. Any thread.
  virtual BatchPtr route(const PayloadPtr& payload, const Settings& settings) const = 0;
  /// A copy of the batch, its ack and stop included, without the entries of these lanes. Any
  /// thread.
  virtual BatchPtr without(const Batch& batch, const std::vector<Share>& lanes) const = 0;
};

}  // namespace components::sink
