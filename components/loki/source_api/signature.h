#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/http_server/signature.h"
#include "river/schema/field.h"

/// loki.source.api takes lines that others push to it.
namespace components::loki::source_api {

/// What no argument can exceed.
inline constexpr uint64_t kRequestBytesMax = 100 << 20;

struct Arguments {
  HttpServerArguments http;
  GrpcServerArguments grpc;
  river::schema::Duration graceful_shutdown_timeout = std::chrono::seconds(30);
  std::vector<LogsReceiver> forward_to;
  river::schema::LabelMap labels;
  RelabelRulesRef relabel_rules;
  bool use_incoming_timestamp = false;
  river::schema::ByteSize max_send_message_size{kRequestBytesMax};
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_api
