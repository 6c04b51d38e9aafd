#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "io/http/message.h"

/// What all components that send to a backend over HTTP share.
namespace components::sink {

/// What becomes of a request, by the answer of the backend. The rule behind the table: whatever a
/// person or time can put right is tried again, however long that takes; only what can never be
/// accepted is dropped, and nothing that came in the same request with it.
enum class Action {
  accept,        ///< it was taken
  retry,         ///< the backend is in trouble, which passes: unhealthy after some tries
  retry_loudly,  ///< a setting is wrong on one of the two sides: unhealthy at once
  split,         ///< something in the request is not acceptable: find it and send the rest
  halve,         ///< the request is too large: send it in two
  drop,          ///< nothing in it is wanted now, and the configuration says not to insist
};

/// No answer came: the connection failed, or the time was up.
inline constexpr int kNoAnswer = -1;

struct Rule {
  Action action = Action::retry;
  std::string_view advice;  ///< what the operator can do; empty when nothing
};

/// The table. `retry_on_http_429` false: what is limited is dropped.
Rule rule_for(int status, bool retry_on_http_429 = true);
/// The same by the whole answer. One that comes from another server than the backend (the page of a
/// proxy or a login, a TLS port that was spoken to without TLS) says nothing about the entries: it
/// neither accepts nor refuses them.
Rule rule_for(const io::http::Response& response, bool retry_on_http_429 = true);

/// "HTTP 404: page not found (check the path of the url)", for health and log. The first line of
/// the body is shown, and where a redirect leads.
std::string describe(const io::http::Response& response, const Rule& rule);

/// How long the backend asks to wait: Retry-After in seconds or as a date, at most kRetryAfterMax;
/// zero without one. A date is measured against the answer's own Date if there is one, so that the
/// two clocks need not agree, else against `now`.
inline constexpr std::chrono::seconds kRetryAfterMax{300};
std::chrono::seconds retry_after(const io::http::Response& response,
                                 std::chrono::system_clock::time_point now);

}  // namespace components::sink
