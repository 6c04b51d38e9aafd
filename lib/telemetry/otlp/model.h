#pragma once
#include <cstddef>
#include <functional>
#include <string>

#include "base/arena.h"
#include "telemetry/otlp/attributes.h"
#include "telemetry/otlp/fields.h"
#include "telemetry/otlp/node.h"
#include "telemetry/otlp_batch.h"

/// Requests for those who look into them or change them: node.h and attributes.h are one message,
/// here is the way from a request to its items.
namespace telemetry::otlp {

/// A span, a data point or a log record, and what it belongs to.
struct Item {
  Node& resource_data;  ///< ResourceSpans and so on
  Node& scope_data;     ///< ScopeSpans and so on
  Node* metric;         ///< of data points
  Node* data;           ///< of data points: the Gauge, Sum and so on
  Node& node;
};

/// A request that has been taken apart. Keeps the slice's bytes.
class Document {
 public:
  Document(Signal signal, const OtlpSlice& slice);
  Document(const Document&) = delete;  // Nodes point to the arena.
  Document& operator=(const Document&) = delete;

  Signal signal() const { return signal_; }
  Node& request() { return request_; }

  /// Calls `visit(Node&)` for each ResourceSpans, ResourceMetrics or ResourceLogs.
  template <class Visit>
  void each_resource(Visit visit) {
    request_.each(request::kResources, visit);
  }
  /// Calls `visit(Item&)` for each item.
  template <class Visit>
  void each_item(Visit visit) {
    visit_items([&](Item& item) {
      visit(item);
      return false;
    });
  }
  /// Removes the items of which `is_gone(Item&)` says so, and what is left empty by that: metrics,
  /// scopes, resources. How many items were.
  size_t erase_items(const std::function<bool(Item&)>& is_gone) { return visit_items(is_gone); }

  /// What it is now: the slice itself when nothing was changed, else a copy.
  OtlpSlice slice();

 private:
  size_t visit_items(const std::function<bool(Item&)>& is_gone);

  Signal signal_;
  OtlpSlice slice_;
  base::Arena memory_;
  Node request_;
};

/// The data of a metric: its Gauge, Sum and so on; nullptr: none. Of several the last one.
Node* data_of(Node& metric);

/// Calls `change(Document&)` for each slice of a batch and puts what it makes of it in its place;
/// slices without items go. How many items are gone (negative: were made).
ptrdiff_t edit(OtlpBatch& batch, const std::function<void(Document&)>& change);

}  // namespace telemetry::otlp
