#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

namespace components::discovery::docker {

/// Values of one filter are alternatives; all filters must hold. The daemon applies them.
struct Filter {
  std::string name;
  std::vector<std::string> values;
};

struct Arguments {
  std::string host;
  int64_t port = 80;
  std::string host_networking_host = "localhost";
  river::schema::Duration refresh_interval = std::chrono::minutes(1);
  bool match_first_network = true;
  std::vector<Filter> filter;
  HttpClientArguments http_client;
};

struct Exports {
  river::schema::Targets targets;
};

extern const river::schema::Signature kSignature;

}  // namespace components::discovery::docker
