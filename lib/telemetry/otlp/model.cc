#include "telemetry/otlp/model.h"

#include <utility>

#include "telemetry/otlp/request.h"
#include "telemetry/otlp/schema.h"

namespace telemetry::otlp {
namespace {

/// A message that held something and holds nothing now.
bool became_empty(Node& node, uint32_t list, size_t erased) {
  return erased > 0 && !node.has(list);
}

size_t visit_points(Node& resource_data, Node& scope_data, Node& metric,
                    const std::function<bool(Item&)>& is_gone) {
  Node* data = data_of(metric);
  if (data == nullptr) return 0;
  return data->erase_children(metric_data::kPoints, [&](Node& point) {
    Item item{resource_data, scope_data, &metric, data, point};
    return is_gone(item);
  });
}

size_t visit_scope(Signal signal, Node& resource_data, Node& scope_data,
                   const std::function<bool(Item&)>& is_gone) {
  if (signal != Signal::metrics)
    return scope_data.erase_children(scope_data::kItems, [&](Node& node) {
      Item item{resource_data, scope_data, nullptr, nullptr, node};
      return is_gone(item);
    });
  size_t erased = 0;
  scope_data.erase_children(scope_data::kItems, [&](Node& metric) {
    const size_t points = visit_points(resource_data, scope_data, metric, is_gone);
    erased += points;
    Node* data = data_of(metric);
    return data != nullptr && became_empty(*data, metric_data::kPoints, points);
  });
  return erased;
}

}  // namespace

Document::Document(Signal signal, const OtlpSlice& slice)
    : signal_(signal), slice_(slice), request_(request_of(signal), slice_.bytes, memory_) {}

size_t Document::visit_items(const std::function<bool(Item&)>& is_gone) {
  size_t erased = 0;
  request_.erase_children(request::kResources, [&](Node& resource_data) {
    size_t of_resource = 0;
    resource_data.erase_children(resource_data::kScopes, [&](Node& scope_data) {
      const size_t of_scope = visit_scope(signal_, resource_data, scope_data, is_gone);
      of_resource += of_scope;
      return became_empty(scope_data, scope_data::kItems, of_scope);
    });
    erased += of_resource;
    return became_empty(resource_data, resource_data::kScopes, of_resource);
  });
  return erased;
}

OtlpSlice Document::slice() {
  if (!request_.is_changed()) return slice_;
  std::string bytes;
  request_.encode(bytes);
  const size_t items = count_items(signal_, bytes);
  return {std::move(bytes), items};
}

Node* data_of(Node& metric) {
  Node* data = nullptr;
  for (const uint32_t number : {metric::kGauge, metric::kSum, metric::kHistogram,
                                metric::kExponentialHistogram, metric::kSummary})
    if (Node* found = metric.child(number)) data = found;
  return data;
}

ptrdiff_t edit(OtlpBatch& batch, const std::function<void(Document&)>& change) {
  const auto before = static_cast<ptrdiff_t>(batch.count());
  for (OtlpSlice& slice : batch.slices) {
    Document document(batch.signal, slice);
    change(document);
    slice = document.slice();
  }
  std::erase_if(batch.slices, [](const OtlpSlice& slice) { return slice.items == 0; });
  return before - static_cast<ptrdiff_t>(batch.count());
}

}  // namespace telemetry::otlp
