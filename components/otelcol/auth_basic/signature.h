#pragma once
#include <optional>
#include <string>

#include "components/otelcol/shared/signature.h"

/// otelcol.auth.basic has a user and a password, for clients and for listeners.
namespace components::otelcol::auth_basic {

struct ClientAuth {
  std::string username;
  std::string username_file;
  base::Secret password;
  std::string password_file;
};

struct Htpasswd {
  std::string file;
  std::string inline_text;
};

struct Arguments {
  std::string username;
  base::Secret password;
  std::optional<ClientAuth> client_auth;
  std::optional<Htpasswd> htpasswd;
  DebugMetrics debug_metrics;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::auth_basic
