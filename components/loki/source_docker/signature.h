#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

namespace components::loki::source_docker {

struct Arguments {
  std::string host;
  river::schema::Targets targets;
  std::vector<LogsReceiver> forward_to;
  river::schema::LabelMap labels;
  RelabelRulesRef relabel_rules;
  HttpClientArguments http_client_config;
  river::schema::Duration refresh_interval = std::chrono::minutes(1);
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::source_docker
