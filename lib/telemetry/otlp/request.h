#pragma once
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "telemetry/otlp_batch.h"

/// What is done with the bytes of requests without building anything of them: a request holds
/// resources, which hold scopes, which hold the items, and fields come in any order. So a request
/// can be joined to another, and cut between two items when what is said of their scope and
/// resource is repeated.
namespace telemetry::otlp {

/// Attribute values may hold values, so deep; receivers recurse over them.
inline constexpr size_t kValueDepthMax = 50;

/// What check() found in a request.
struct Checked {
  size_t items = 0;           ///< spans, data points or log records
  size_t repaired_bytes = 0;  ///< that were not UTF-8, in texts
};

/// Reads a whole request, so that nothing which a later receiver refuses gets between the requests
/// of others: lengths, wire types, ids of other lengths than 0 and 16 (8), depth. The error names
/// the place: "resourceSpans.scopeSpans.spans.traceId: 15 bytes instead of 16". Fields that are not
/// known here pass. Texts must be UTF-8; a byte that is not becomes '?' where it stands, since Go's
/// senders and receivers let it pass and those of other languages refuse the whole request for it.
base::Result<Checked> check(Signal signal, std::string& request);

/// Spans, data points or log records in a request that has been checked; reads no item.
size_t count_items(Signal signal, std::string_view request);

/// Takes the first items off `waiting`: as many as are wanted, or all there are. What is taken and
/// what stays are requests on their own: where a resource, a scope or a metric is cut, both parts
/// have all that is said of it. Bytes are copied only there.
std::vector<OtlpSlice> take_items(Signal signal, std::deque<OtlpSlice>& waiting, size_t wanted);

}  // namespace telemetry::otlp
