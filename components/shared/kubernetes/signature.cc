#include "components/shared/kubernetes/signature.h"

#include "base/text.h"

namespace components::kubernetes {

using namespace river::schema;

namespace {

constexpr std::string_view kHttpSettings[] = {"basic_auth",
                                              "authorization",
                                              "oauth2",
                                              "bearer_token",
                                              "bearer_token_file",
                                              "proxy_url",
                                              "proxy_from_environment",
                                              "no_proxy",
                                              "proxy_connect_header",
                                              "tls_config",
                                              "follow_redirects",
                                              "enable_http2",
                                              "http_headers"};

void validate_client(const ClientArguments& arguments, Scope& scope) {
  scope.at_most_one({"api_server", "kubeconfig_file"});
  if (scope.given("api_server") && !scope.known("api_server")) return;
  if (!arguments.api_server.text.empty()) return;
  for (const std::string_view name : kHttpSettings)
    if (scope.given(name))
      scope.error(
          name, "C083",
          "{} is for the server that api_server names; without api_server the kubeconfig or "
          "the service account of the pod says how to log in",
          name);
}

constexpr Field kFields[] = {
    attr<&ClientArguments::api_server>("api_server", Need::optional,
                                       "URL of the API server; default: that of the cluster which "
                                       "the agent runs in."),
    attr<&ClientArguments::kubeconfig_file>("kubeconfig_file", Need::optional,
                                            "Kubeconfig that says how to reach the API server."),
    squash<&ClientArguments::http_client>(kHttpClient),
};

constexpr bool is_key_character(char c) {
  return base::is_word(c) || c == '-' || c == '.' || c == '/';
}

/// Takes what a key or a value is made of.
std::string_view take_word(std::string_view& rest) {
  rest = base::trimmed(rest);
  size_t size = 0;
  while (size < rest.size() && is_key_character(rest[size])) ++size;
  const std::string_view word = rest.substr(0, size);
  rest = base::trimmed(rest.substr(size));
  return word;
}

bool take(std::string_view& rest, std::string_view token) {
  if (!rest.starts_with(token)) return false;
  rest = base::trimmed(rest.substr(token.size()));
  return true;
}

// set = "(" [ value ] { "," [ value ] } ")"
bool take_set(std::string_view& rest) {
  if (!take(rest, "(")) return false;
  do take_word(rest);
  while (take(rest, ","));
  return take(rest, ")");
}

// requirement = "!" key | key [ ( "=" | "==" | "!=" ) [ value ] | ( "in" | "notin" ) set
//             | ( ">" | "<" ) value ]
bool take_requirement(std::string_view& rest) {
  if (take(rest, "!")) return !take_word(rest).empty();
  if (take_word(rest).empty()) return false;
  if (rest.empty() || rest.front() == ',') return true;
  if (take(rest, "!=") || take(rest, "==") || take(rest, "=")) {
    take_word(rest);
    return true;
  }
  if (take(rest, ">") || take(rest, "<")) return !take_word(rest).empty();
  const std::string_view set = take_word(rest);
  return (set == "in" || set == "notin") && take_set(rest);
}

// field requirement = field ( "=" | "==" | "!=" ) value
bool take_field_requirement(std::string_view& rest) {
  const size_t end = rest.find('=');
  const std::string_view field = rest.substr(0, end);
  if (end == rest.npos || field.empty() || field == "!") return false;
  rest.remove_prefix(std::min(rest.size(), rest.find(',', end)));
  return true;
}

template <class Take>
bool is_list_of(std::string_view rest, Take take_one) {
  rest = base::trimmed(rest);
  do
    if (!take_one(rest)) return false;
  while (take(rest, ","));
  return rest.empty();
}

}  // namespace

constexpr BlockSchema kClient = schema_of<ClientArguments, validate_client>(kFields);

void add_needed(const ClientArguments& arguments, std::vector<HostNeed>& needs) {
  if (!arguments.api_server.text.empty())
    needs.push_back({HostNeed::Kind::backend, arguments.api_server.text, arguments.http_client});
  if (!arguments.kubeconfig_file.empty())
    needs.push_back({HostNeed::Kind::readable_file, arguments.kubeconfig_file, {}});
  add_needed_files(arguments.http_client, needs);
}

bool is_label_selector(std::string_view text) {
  return text.empty() || is_list_of(text, take_requirement);
}
bool is_field_selector(std::string_view text) {
  return text.empty() || is_list_of(text, take_field_requirement);
}

}  // namespace components::kubernetes
