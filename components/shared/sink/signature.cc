#include "components/shared/sink/signature.h"

namespace components::sink {

namespace schema = river::schema;

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

void add_needed_server(const std::string& url, const HttpClientArguments& client,
                       std::vector<schema::HostNeed>& needs) {
  if (!url.empty()) needs.push_back({schema::HostNeed::Kind::backend, url, client});
  add_needed_files(client, needs);
}

}  // namespace components::sink
