#pragma once
#include <chrono>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/http_server/signature.h"
#include "river/schema/field.h"

/// pyroscope.receive_http takes profiles that applications and other agents push.
namespace components::pyroscope::receive_http {

struct Arguments {
  HttpServerArguments http = {.conn_limit = 16384, .tls = {}, .http2 = {}};
  GrpcServerArguments grpc;
  river::schema::Duration graceful_shutdown_timeout = std::chrono::seconds(30);
  river::schema::Duration debug_info_upload_timeout = std::chrono::minutes(2);
  std::vector<ProfilesReceiver> forward_to;
};

extern const river::schema::Signature kSignature;

}  // namespace components::pyroscope::receive_http
