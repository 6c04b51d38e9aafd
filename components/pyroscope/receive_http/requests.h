#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/http/message.h"
#include "telemetry/profile_batch.h"

/// The two ways to send profiles to Pyroscope, as a server sees them. No I/O.
namespace components::pyroscope::receive_http {

/// How a body of push.v1 is written.
enum class Encoding { proto, json };
/// Of a Content-Type, whose parameters say nothing here.
std::optional<Encoding> encoding_of(std::string_view content_type);

/// Why a request is not taken; the codes of Connect that are used here.
enum class Code {
  invalid_argument,    ///< nobody will ever take it
  unimplemented,       ///< it is written in a way that is not known here
  resource_exhausted,  ///< there is no room now: to be sent again
  unavailable          ///< it was given up on the way: to be sent again
};

/// The profiles of a PushRequest, labelled as labelled() says. Fails, with what is wrong, for one
/// that no server would take.
base::Result<std::vector<telemetry::Profile>> read_push(Encoding encoding, std::string_view body);

/// The profile of a POST to /ingest: labels out of the query's `name`, the other parameters and the
/// Content-Type as they are.
base::Result<telemetry::Profile> read_ingest(const io::http::Request& request, std::string body);

/// Labels with a `service_name`: without one it is `__name__`; beside one, `app_name` is
/// `__name__`. Nothing when there is neither.
std::optional<telemetry::Labels> labelled(const telemetry::Labels& labels);

/// The answer of Connect to a request that is not taken, in JSON in either encoding.
io::http::Response error_answer(int status, Code code, std::string_view message);

}  // namespace components::pyroscope::receive_http
