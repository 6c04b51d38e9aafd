#include "ottl/run.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Node;
using IsGone = std::function<bool(const Target&)>;

/// Whether a span, a metric or a record goes.
bool visit_item(Context context, Target target, Node& node, const IsGone& is_gone) {
  switch (context) {
    case Context::span_event:
      target.item = &node;
      node.erase_children(otlp::span::kEvents, [&](Node& event) {
        target.event = &event;
        return is_gone(target);
      });
      return false;
    case Context::data_point: {
      target.metric = &node;
      Node* data = otlp::data_of(node);
      if (data == nullptr) return false;
      const size_t gone = data->erase_children(otlp::metric_data::kPoints, [&](Node& point) {
        target.item = &point;
        return is_gone(target);
      });
      return gone > 0 && !data->has(otlp::metric_data::kPoints);
    }
    case Context::metric:
      target.metric = &node;
      return is_gone(target);
    default:
      target.item = &node;
      return is_gone(target);
  }
}

}  // namespace

void erase_targets(otlp::Document& document, Context context, const IsGone& is_gone) {
  document.request().erase_children(otlp::request::kResources, [&](Node& resource_data) {
    Target target{.resource_data = &resource_data};
    if (context == Context::resource) return is_gone(target);
    const size_t scopes_gone =
        resource_data.erase_children(otlp::resource_data::kScopes, [&](Node& scope_data) {
          target.scope_data = &scope_data;
          if (context == Context::scope) return is_gone(target);
          const size_t gone = scope_data.erase_children(otlp::scope_data::kItems, [&](Node& node) {
            return visit_item(context, target, node, is_gone);
          });
          return gone > 0 && !scope_data.has(otlp::scope_data::kItems);
        });
    return scopes_gone > 0 && !resource_data.has(otlp::resource_data::kScopes);
  });
}

void each_target(otlp::Document& document, Context context,
                 const std::function<void(const Target&)>& visit) {
  erase_targets(document, context, [&](const Target& target) {
    visit(target);
    return false;
  });
}

}  // namespace ottl
