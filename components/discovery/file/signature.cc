#include "components/discovery/file/signature.h"

#include "base/text.h"

namespace components::discovery::file {

using namespace river::schema;

namespace {

bool has_known_extension(std::string_view path) {
  const std::string name = base::to_lower(path);
  return name.ends_with(".json") || name.ends_with(".yml") || name.ends_with(".yaml");
}

void validate(const Arguments& arguments, Scope& scope) {
  if (scope.known("refresh_interval") && arguments.refresh_interval.value.count() <= 0)
    scope.error("refresh_interval", "C074", "refresh_interval must be above 0");
  if (!scope.known("files")) return;
  for (const std::string& path : arguments.files)
    if (!has_known_extension(path))
      scope.error("files", "C121", "\"{}\" ends neither in .json nor in .yml or .yaml", path)
          .with_help("the name says how a file is written");
}

constexpr Field kFields[] = {
    attr<&Arguments::files>("files", Need::required,
                            "Files of target groups; * and ? stand for any text in a name."),
    attr<&Arguments::refresh_interval>(
        "refresh_interval", Need::optional,
        "How often all files are read; one that changes is read within 5s."),
};

constexpr Field kExports[] = {
    attr<&Exports::targets>("targets", Need::required, "The targets of all files."),
};

}  // namespace

const Signature kSignature{
    .name = "discovery.file",
    .doc = "Reads targets from JSON and YAML files.",
    .arguments = schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = make_arguments<Arguments>,
};

}  // namespace components::discovery::file
