#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/http_server/signature.h"
#include "river/schema/field.h"

/// prometheus.receive_http takes samples that others write to it.
namespace components::prometheus::receive_http {

struct Arguments {
  HttpServerArguments http;
  GrpcServerArguments grpc;
  river::schema::Duration graceful_shutdown_timeout = std::chrono::seconds(30);
  std::vector<MetricsReceiver> forward_to;
  bool append_metadata = false;
  bool enable_type_and_unit_labels = false;
  std::vector<std::string> accepted_remote_write_protobuf_messages = {"prometheus.WriteRequest"};
};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::receive_http
