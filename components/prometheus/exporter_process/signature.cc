#include "components/prometheus/exporter_process/signature.h"

#include <algorithm>

#include "base/text.h"

namespace components::prometheus::exporter_process {

using namespace river::schema;

namespace {

constexpr std::string_view kFieldsOfNames[] = {".Comm", ".ExeBase",   ".ExeFull", ".Username",
                                               ".PID",  ".StartTime", ".Cgroups"};

/// Calls visit(whole, field) for each "{{ field }}" of a template; what is not closed is the field
/// "".
template <class Visit>
void each_field(std::string_view text, const Visit& visit) {
  for (size_t at; (at = text.find("{{")) != text.npos;) {
    const size_t end = text.find("}}", at);
    if (end == text.npos) return visit(text.substr(at), std::string_view());
    std::string_view field = text.substr(at + 2, end - at - 2);
    while (field.starts_with(' ')) field.remove_prefix(1);
    while (field.ends_with(' ')) field.remove_suffix(1);
    visit(text.substr(at, end + 2 - at), field);
    text.remove_prefix(end + 2);
  }
}

bool is_supported(std::string_view field) {
  const bool is_match = field.starts_with(".Matches.") && base::is_label_name(field.substr(9));
  return is_match || std::ranges::find(kFieldsOfNames, field) != std::end(kFieldsOfNames);
}

void check_name(std::string_view name, Scope& scope) {
  std::string_view unknown, unbounded;
  each_field(name, [&](std::string_view whole, std::string_view field) {
    if (unknown.empty() && !is_supported(field)) unknown = whole;
    if (field == ".PID" || field == ".StartTime") unbounded = whole;
  });
  if (!unknown.empty())
    scope.error("name", "C085", "\"{}\" is not supported in the name of a group", unknown)
        .with_help(
            "fields are Comm, ExeBase, ExeFull, Username, PID, StartTime, Cgroups and "
            "Matches.NAME");
  if (!unbounded.empty())
    scope
        .warning("name", "C069", "{} makes a group of each process: series without a bound",
                 unbounded)
        .with_help("name groups by the program: {{.Comm}}, {{.ExeBase}}, {{.Matches.NAME}}");
}

void check_matcher(const Matcher& matcher, Scope& scope) {
  if (scope.known("name")) check_name(matcher.name, scope);
  if (scope.known({"comm", "exe", "cmdline"}) && matcher.comm.empty() && matcher.exe.empty() &&
      matcher.cmdline.empty())
    scope.error("", "C095", "a matcher needs comm, exe or cmdline");
}

constexpr Field kMatcherFields[] = {
    attr<&Matcher::name>("name", Need::optional, "Template of the group's name: {{.ExeBase}}."),
    attr<&Matcher::comm>("comm", Need::optional, "Names of the kernel, one of which must match."),
    attr<&Matcher::exe>("exe", Need::optional,
                        "Programs, one of which must match: a path, or its last part."),
    attr<&Matcher::cmdline>("cmdline", Need::optional,
                            "Regexes on the command line, all of which must match."),
};
constexpr BlockSchema kMatcher = schema_of<Matcher, check_matcher>(kMatcherFields);

constexpr Field kFields[] = {
    block<&Arguments::matcher>("matcher", Need::optional, "A group of processes; the first counts.",
                               kMatcher),
    attr<&Arguments::procfs_path>("procfs_path", Need::optional, "Where procfs is mounted."),
    attr<&Arguments::track_children>(
        "track_children", Need::optional,
        "Put children that match nothing into the group of their parent."),
    attr<&Arguments::track_threads>("track_threads", Need::optional,
                                    "Expose metrics by name of threads."),
    attr<&Arguments::gather_smaps>("gather_smaps", Need::optional,
                                   "Read proportional memory, which costs the kernel time."),
    attr<&Arguments::recheck_on_scrape>("recheck_on_scrape", Need::optional,
                                        "Match processes without a group again at each scrape."),
    attr<&Arguments::remove_empty_groups>("remove_empty_groups", Need::optional,
                                          "Forget a group when its last process has ended."),
};

}  // namespace

const Signature kSignature{
    .name = "prometheus.exporter.process",
    .doc = "Exposes metrics of groups of processes, as process-exporter does.",
    .arguments = schema_of(kFields),
    .exports = kExporterExports,
    .make_arguments = make_arguments<Arguments>,
};

}  // namespace components::prometheus::exporter_process
