#include "components/discovery/http/signature.h"

namespace components::discovery::http {

using namespace river::schema;

namespace {

void validate(const Arguments& arguments, Scope& scope) {
  if (scope.known("refresh_interval") && arguments.refresh_interval.value.count() <= 0)
    scope.error("refresh_interval", "C074", "refresh_interval must be above 0");
}

constexpr Field kFields[] = {
    attr<&Arguments::url>("url", Need::required, "Where the list of targets is fetched from."),
    attr<&Arguments::refresh_interval>("refresh_interval", Need::optional,
                                       "How often it is fetched."),
    squash<&Arguments::http_client>(kHttpClient),
};

constexpr Field kExports[] = {
    attr<&Exports::targets>("targets", Need::required, "The targets of the last good answer."),
};

std::vector<HostNeed> needs(const Arguments& arguments) {
  std::vector<HostNeed> all;
  if (!arguments.url.text.empty())
    all.push_back({HostNeed::Kind::backend, arguments.url.text, arguments.http_client});
  add_needed_files(arguments.http_client, all);
  return all;
}

}  // namespace

const Signature kSignature{
    .name = "discovery.http",
    .doc = "Fetches targets from a URL, as JSON.",
    .arguments = schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
};

}  // namespace components::discovery::http
