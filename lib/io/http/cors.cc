#include "io/http/cors.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "base/text.h"

namespace io::http {
namespace {

/// What pages may send without being asked for, and what every OTLP sender needs.
constexpr std::string_view kStandardHeaders =
    "Accept, Accept-Language, Content-Language, Content-Type, X-Requested-With";

/// The origin of the request when it may send; else empty.
std::string_view allowed_origin(const CorsRules& rules, const Request& request) {
  const std::string_view origin = find(request.headers, "Origin");
  const bool is_allowed = std::ranges::any_of(
      rules.allowed_origins,
      [&](const std::string& pattern) { return matches_origin(pattern, origin); });
  return !origin.empty() && is_allowed ? origin : std::string_view();
}

}  // namespace

bool matches_origin(std::string_view pattern, std::string_view origin) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == origin;
  if (!origin.starts_with(pattern.substr(0, star))) return false;
  origin.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (;; origin.remove_prefix(1)) {
    if (matches_origin(pattern, origin)) return true;
    if (origin.empty()) return false;
  }
}

bool is_preflight(const Request& request) {
  return request.method == "OPTIONS" &&
         !find(request.headers, "Access-Control-Request-Method").empty();
}

void add_cors_headers(const CorsRules& rules, const Request& request, Headers& headers) {
  if (rules.allowed_origins.empty()) return;
  headers.push_back({"Vary", "Origin"});
  const std::string_view origin = allowed_origin(rules, request);
  if (origin.empty()) return;
  headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  headers.push_back({"Access-Control-Allow-Credentials", "true"});
  if (!rules.exposed_headers.empty())
    headers.push_back({"Access-Control-Expose-Headers",
                       fmt::format("{}", fmt::join(rules.exposed_headers, ", "))});
}

Response answer_preflight(const CorsRules& rules, const Request& request) {
  Response response{204, {}, {}};
  add_cors_headers(rules, request, response.headers);
  if (allowed_origin(rules, request).empty()) return response;
  response.headers.push_back({"Access-Control-Allow-Methods", "POST"});
  std::string allowed(kStandardHeaders);
  for (const std::string& name : rules.allowed_headers) allowed += ", " + name;
  response.headers.push_back({"Access-Control-Allow-Headers", std::move(allowed)});
  if (rules.max_age_seconds > 0)
    response.headers.push_back({"Access-Control-Max-Age", std::to_string(rules.max_age_seconds)});
  return response;
}

}  // namespace io::http
