#include "components/loki/process/timestamp/signature.h"

#include "components/loki/process/timestamp/layout_signature.h"

namespace components::loki::process::timestamp {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::source>("source", schema::Need::required,
                                "Extracted value that holds the time."),
    schema::attr<&Args::format>("format", schema::Need::required,
                                "Name of a format, or a reference layout."),
    schema::attr<&Args::fallback_formats>("fallback_formats", schema::Need::optional,
                                          "Formats to try when the first does not fit."),
    schema::attr<&Args::location>("location", schema::Need::optional,
                                  "Time zone of times that name none."),
    schema::attr<&Args::action_on_failure>("action_on_failure", schema::Need::optional,
                                           "What becomes of a time that does not parse."),
    schema::attr<&Args::action_on_duplicate_timestamp>(
        "action_on_duplicate_timestamp", schema::Need::optional,
        "What becomes of a time that was just there."),
};

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("format"))
    if (const auto layout = Layout::parse(args.format); !layout)
      scope.error("format", "C086", "{}", layout.error().message);
  if (!scope.known("fallback_formats")) return;
  for (const std::string& format : args.fallback_formats)
    if (const auto layout = Layout::parse(format); !layout)
      scope.error("fallback_formats", "C086", "{}", layout.error().message);
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::timestamp
