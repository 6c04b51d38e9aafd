#include "components/discovery/dns/signature.h"

namespace components::discovery::dns {

using namespace river::schema;

namespace {

void validate(const Arguments& arguments, Scope& scope) {
  if (scope.known("refresh_interval") && arguments.refresh_interval.value.count() <= 0)
    scope.error("refresh_interval", "C074", "refresh_interval must be above 0");
  if (scope.known("port") && (arguments.port < 0 || arguments.port > 65535))
    scope.error("port", "C073", "port {} is not a port", arguments.port);
  if (scope.known({"type", "port"}) && arguments.type != RecordType::srv && arguments.port == 0)
    scope.error("port", "C083", "\"port\" is needed: only SRV records say one");
}

constexpr Field kFields[] = {
    attr<&Arguments::names>("names", Need::required, "Names that are looked up."),
    attr<&Arguments::refresh_interval>("refresh_interval", Need::optional,
                                       "How often they are looked up."),
    attr<&Arguments::type>("type", Need::optional, "SRV, A, AAAA, MX or NS."),
    attr<&Arguments::port>("port", Need::optional, "Port of targets, for all but SRV."),
};

constexpr Field kExports[] = {
    attr<&Exports::targets>("targets", Need::required, "One target per record."),
};

}  // namespace

const Signature kSignature{
    .name = "discovery.dns",
    .doc = "Finds targets in DNS.",
    .arguments = schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = make_arguments<Arguments>,
};

}  // namespace components::discovery::dns
