#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/batch.h"

namespace telemetry {

/// What a request of OTLP holds. Profiles are not among them: they have a batch of their own.
enum class Signal : uint8_t { traces, metrics, logs };
inline constexpr Signal kSignals[] = {Signal::traces, Signal::metrics, Signal::logs};

/// The bytes of an Export…ServiceRequest, or of some of its Resource… fields, which are a request
/// as well: a request has this one field, repeated, so requests in a row are one request. They have
/// been through otlp::check(), and share the memory that they came in.
struct OtlpSlice {
  std::shared_ptr<const std::string> owner;
  std::string_view bytes;  ///< in *owner
  size_t items = 0;        ///< spans, data points or log records

  OtlpSlice() = default;
  OtlpSlice(std::string request, size_t items_in_it)
      : owner(std::make_shared<const std::string>(std::move(request))),
        bytes(*owner),
        items(items_in_it) {}
};

/// Who sent a request, as far as processors may ask for it. Names are in lower case.
struct OtlpClient {
  std::string address;  ///< without the port
  std::map<std::string, std::vector<std::string>>
      metadata;  ///< headers; only with include_metadata
};

/// Data of one signal in the encoding that it came in, on its way from a receiver to an exporter.
/// Nothing takes it apart that need not look into it (otlp/model.h). Items are in order of their
/// arrival, here and from batch to batch. Whoever holds a batch owns it; the bytes are shared and
/// immutable.
struct OtlpBatch : BatchHead {
  Signal signal = Signal::traces;
  std::vector<OtlpSlice> slices;
  std::shared_ptr<const OtlpClient> client;  ///< null: unknown, or several

  size_t count() const {
    return std::accumulate(slices.begin(), slices.end(), size_t{0},
                           [](size_t sum, const OtlpSlice& slice) { return sum + slice.items; });
  }
  size_t bytes() const {
    return std::accumulate(
        slices.begin(), slices.end(), size_t{0},
        [](size_t sum, const OtlpSlice& slice) { return sum + slice.bytes.size(); });
  }
};

using OtlpReceiver = Receiver<OtlpBatch>;

}  // namespace telemetry
