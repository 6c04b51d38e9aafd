#include "components/local/file_match/signature.h"

#include "base/text.h"
#include "components/shared/streams.h"
#include "telemetry/text.h"

namespace components::local::file_match {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::path_targets>(
        "path_targets", Need::required,
        "Targets whose __path__ is a pattern; __path_exclude__ leaves files out."),
    schema::attr<&Arguments::sync_period>(
        "sync_period", Need::optional,
        "How often to look for files where the kernel gives no notice."),
    schema::attr<&Arguments::ignore_older_than>(
        "ignore_older_than", Need::optional,
        "Leave out files that were not modified within this time; 0: none."),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::targets>("targets", Need::required, "One target per existing file."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (scope.known("sync_period") && arguments.sync_period.value.count() <= 0)
    scope.error("sync_period", "C050", "sync_period must be more than 0");
  if (!scope.known("path_targets")) return;
  for (const auto& target : arguments.path_targets) {
    if (!target.contains("__path__"))
      scope.warning("path_targets", "C051", "a target without __path__ matches no file");
    for (const auto& [name, value] : target)
      if (!base::is_label_name(name))
        scope.warning("path_targets", "C024", "\"{}\" is not a label name; it is sent as \"{}\"",
                      name, telemetry::valid_label_name(name));
  }
}

std::vector<schema::HostNeed> needs(const Arguments&) {
  return {{schema::HostNeed::Kind::file_watches, {}, {}}};
}

std::any streams(const Arguments& arguments) {
  return Streams{.targets = &arguments.path_targets};
}

}  // namespace

constinit const schema::Signature kSignature{
    .name = "local.file_match",
    .doc = "Finds the files that match path patterns.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, needs>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::local::file_match
