#pragma once
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/clustering/signature.h"
#include "components/shared/kubernetes/signature.h"
#include "river/schema/field.h"

namespace components::loki::source_kubernetes_events {

enum class LogFormat { logfmt, json };

struct Arguments {
  std::vector<LogsReceiver> forward_to;
  std::string job_name = "loki.source.kubernetes_events";
  std::vector<std::string> namespaces;
  LogFormat log_format = LogFormat::logfmt;
  kubernetes::ClientArguments client;
  ClusteringArguments clustering;
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_kubernetes_events

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::source_kubernetes_events::LogFormat>
    kEnumNames<components::loki::source_kubernetes_events::LogFormat>[] = {
        {"logfmt", components::loki::source_kubernetes_events::LogFormat::logfmt},
        {"json", components::loki::source_kubernetes_events::LogFormat::json},
};
}  // namespace river::schema
