#include "agent/http/access.h"

#include <algorithm>
#include <string>

#include "base/base64.h"
#include "base/digest.h"

namespace agent::http {
namespace {

using Filter = components::config_blocks::http::Filter;

/// Without a filter every path asks for the login; the filter's flag says which side of it does.
bool asks_for_login(const std::optional<Filter>& filter, std::string_view path) {
  if (!filter) return true;
  const bool matches = std::any_of(filter->paths.begin(), filter->paths.end(),
                                   [&](const auto& prefix) { return path.starts_with(prefix); });
  return matches == filter->authenticate_matching_paths;
}

/// Standard base64 of "user:password".
std::string credentials(const components::config_blocks::http::Basic& basic) {
  const std::string text = basic.username + ":" + basic.password.reveal();
  return base::base64_encode(text);
}

}  // namespace

void Access::configure(const Auth* auth) {
  auth_.set(auth ? std::make_shared<const Auth>(*auth) : nullptr);
  is_open_ = true;
}

bool Access::allows(const io::http::Request& request) const {
  if (!is_open_) return false;
  const auto auth = auth_.get();
  if (!auth || !auth->basic || !asks_for_login(auth->filter, request.path())) return true;
  std::string_view given = find(request.headers, "Authorization");
  constexpr std::string_view kScheme = "Basic ";
  if (!given.starts_with(kScheme)) return false;
  given.remove_prefix(kScheme.size());
  return base::same_secret(credentials(*auth->basic), given);
}

}  // namespace agent::http
