#pragma once
#include <cstdint>
#include <string>

#include "components/loki/source_kubernetes_events/signature.h"
#include "components/shared/kubernetes/json.h"

namespace components::loki::source_kubernetes_events {

/// An event of core/v1. Of the two styles that there are, one repeats by `count`, the other by
/// `series`.
struct Event {
  kubernetes::Meta meta;
  std::string object_kind, object_name, object_namespace, object_api_version, object_version;
  std::string action, reason, type, message;
  std::string reporting_component, reporting_instance, source_component, source_host;
  uint32_t count = 0;
  int64_t time_ns = 0;  ///< the latest of its times: when it was seen last
};

bool read_event(kubernetes::JsonCursor& in, Event& out);

/// One line, as Grafana Alloy writes it: `name=web kind=Pod reason=Started msg="..." `.
std::string text_of(const Event& event, LogFormat format);

/// How far the events of a namespace have been sent. The versions of objects of one kind grow, and
/// an event that repeats gets a new one. Should they begin anew, as after a restored backup, time
/// tells what is new. Text form: "VERSION TIME_NS".
struct EventCursor {
  uint64_t version = 0;
  int64_t time_ns = 0;

  static EventCursor parse(std::string_view text);
  std::string text() const;
  bool is_new(const Event& event) const;
  void pass(const Event& event);
};
uint64_t version_of(const Event& event);

}  // namespace components::loki::source_kubernetes_events
