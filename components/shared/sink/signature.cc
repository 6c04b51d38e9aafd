#include "components/shared/sink/signature.h"

namespace components::sink {

namespace schema = river::schema;

namespace {

/// The path of a URL up to ? or #; "/" when it has none.
std::string_view path_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == url.npos) return url;
  const size_t begin = url.find_first_of("/?#", scheme + 3);
  if (begin == url.npos || url[begin] != '/') return "/";
  return url.substr(begin, url.find_first_of("?#", begin) - begin);
}

}  // namespace

bool has_line_break(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

void check_positive(std::string_view name, int64_t value, schema::Scope& scope) {
  if (scope.known(name) && value <= 0) scope.error(name, "C061", "{} must be more than 0", name);
}

void check_order(std::string_view name, schema::Duration value, std::string_view limit_name,
                 schema::Duration limit, schema::Scope& scope) {
  if (scope.known({name, limit_name}) && value.value > limit.value)
    scope.error(name, "C062", "{} is above {}", name, limit_name);
}

void check_headers(const std::map<std::string, std::string>& headers, schema::Scope& scope) {
  for (const auto& [name, value] : headers)
    if (has_line_break(name) || has_line_break(value))
      scope.error("headers", "C063", "header \"{}\" holds a line break", name);
}

void check_path(std::string_view url, const PushPath& push, schema::Scope& scope) {
  const std::string_view path = path_of(url);
  if (path == "/" && url.find_first_of("?#") == url.npos)
    scope.warning("url", "C093", "\"url\" has no path").with_help(push.help);
  else if (push.is_wrong(path))
    scope.warning("url", "C093", "{} at {}", push.takes_none, path).with_help(push.help);
}

void add_needed_server(const std::string& url, const HttpClientArguments& client,
                       std::vector<schema::HostNeed>& needs) {
  if (!url.empty()) needs.push_back({schema::HostNeed::Kind::backend, url, client});
  add_needed_files(client, needs);
}

}  // namespace components::sink
