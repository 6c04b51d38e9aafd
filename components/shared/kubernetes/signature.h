#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

/// How a component reaches the Kubernetes API: squashed into discovery.kubernetes, the block
/// `client` of others.
namespace components::kubernetes {

/// With neither member the agent runs in a pod and uses its service account.
struct ClientArguments {
  river::schema::Url api_server;
  std::string kubeconfig_file;
  HttpClientArguments http_client;  ///< for api_server alone
};

extern const river::schema::BlockSchema kClient;

/// Adds the files and servers that it names to what a component needs.
void add_needed(const ClientArguments& arguments, std::vector<river::schema::HostNeed>& needs);

/// Whether the text has the form of a selector: `app=web,tier in (a, b),!old`, and for fields
/// `spec.nodeName=n1,status.phase!=Failed`.
bool is_label_selector(std::string_view text);
bool is_field_selector(std::string_view text);

}  // namespace components::kubernetes
