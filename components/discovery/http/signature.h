#pragma once
#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

namespace components::discovery::http {

struct Arguments {
  river::schema::Url url;
  river::schema::Duration refresh_interval = std::chrono::seconds(60);
  HttpClientArguments http_client;
};

struct Exports {
  river::schema::Targets targets;
};

extern const river::schema::Signature kSignature;

}  // namespace components::discovery::http
