#pragma once
#include <memory>

#include "base/result.h"
#include "components/shared/http_client/signature.h"
#include "io/http/client.h"

/// From the HTTP client settings of a config to a client.
namespace components {

io::http::TlsOptions tls_options(const TlsConfigArguments& arguments);
io::http::Client::Options client_options(const HttpClientArguments& arguments);

/// The headers that the settings ask for: Authorization and http_headers. Reads password_file,
/// credentials_file or bearer_token_file, so call it for each request; fails when that file cannot
/// be read.
base::Result<io::http::Headers> request_headers(const HttpClientArguments& arguments);

}  // namespace components
