#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/http/message.h"

/// Cross-origin requests of web pages (Fetch standard, CORS protocol): browsers ask before they
/// send what they were told to send by a page of another origin.
namespace io::http {

/// Which pages may send.
struct CorsRules {
  std::vector<std::string> allowed_origins;  ///< * stands for any text; empty: no page may send
  std::vector<std::string> allowed_headers;  ///< besides those that every sender needs
  std::vector<std::string> exposed_headers;  ///< of answers, that pages may read
  int64_t max_age_seconds = 0;               ///< for which browsers need not ask again
};

/// Whether the request asks for leave to send another one.
bool is_preflight(const Request& request);

/// The answer to such a request.
Response answer_preflight(const CorsRules& rules, const Request& request);

/// Adds what lets a page read the answer; nothing for requests of other clients, and for origins
/// that are not allowed.
void add_cors_headers(const CorsRules& rules, const Request& request, Headers& headers);

/// Whether the pattern, in which * stands for any text, is the origin.
bool matches_origin(std::string_view pattern, std::string_view origin);

}  // namespace io::http
