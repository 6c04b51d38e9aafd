#include "components/loki/source_file/signature.h"

#include <algorithm>

#include "components/loki/source_file/encoding.h"
#include "components/shared/streams.h"
#include "telemetry/text.h"

namespace components::loki::source_file {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kDecompressionFields[] = {
    schema::attr<&Decompression::enabled>("enabled", Need::required,
                                          "Read the files as compressed ones, once each."),
    schema::attr<&Decompression::initial_delay>(
        "initial_delay", Need::optional, "How long to wait before reading a newly found file."),
    schema::attr<&Decompression::format>("format", Need::required, "gz, z or bz2."),
};
constexpr schema::BlockSchema kDecompression = schema::schema_of(kDecompressionFields);

constexpr schema::Field kFileWatchFields[] = {
    schema::attr<&FileWatch::min_poll_frequency>(
        "min_poll_frequency", Need::optional,
        "How often to look at a file where the kernel gives no notice."),
    schema::attr<&FileWatch::max_poll_frequency>("max_poll_frequency", Need::optional,
                                                 "Slowest polling of a file that does not change."),
};

void validate_file_watch(const FileWatch&, schema::Scope& scope) {
  if (scope.given("max_poll_frequency"))
    scope.warning("max_poll_frequency", "C090",
                  "\"max_poll_frequency\" is accepted but has no effect yet");
}

constexpr schema::BlockSchema kFileWatch =
    schema::schema_of<FileWatch, validate_file_watch>(kFileWatchFields);

constexpr schema::Field kFileMatchFields[] = {
    schema::attr<&FileMatch::enabled>("enabled", Need::optional,
                                      "Take __path__ of the targets as a pattern."),
    schema::attr<&FileMatch::sync_period>(
        "sync_period", Need::optional,
        "How often to look for files where the kernel gives no notice."),
    schema::attr<&FileMatch::ignore_older_than>(
        "ignore_older_than", Need::optional,
        "Leave out files that were not modified within this time; 0: none."),
};
void validate_file_match(const FileMatch& match, schema::Scope& scope) {
  if (scope.known("sync_period") && match.sync_period.value.count() <= 0)
    scope.error("sync_period", "C050", "sync_period must be more than 0");
}
constexpr schema::BlockSchema kFileMatch =
    schema::schema_of<FileMatch, validate_file_match>(kFileMatchFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::targets>("targets", Need::required,
                                      "Files to read: __path__ names one, other labels go along."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required, "Where lines are sent."),
    schema::attr<&Arguments::encoding>(
        "encoding", Need::optional,
        "IANA name of the text's encoding; a byte order mark decides first."),
    schema::block<&Arguments::decompression>("decompression", Need::optional,
                                             "Reads compressed files.", kDecompression),
    schema::block<&Arguments::file_watch>("file_watch", Need::optional, "How files are polled.",
                                          kFileWatch),
    schema::block<&Arguments::file_match>("file_match", Need::optional, "Finds files by pattern.",
                                          kFileMatch),
    schema::attr<&Arguments::tail_from_end>(
        "tail_from_end", Need::optional, "Begin at the end of files that have no stored position."),
    schema::attr<&Arguments::legacy_positions_file>(
        "legacy_positions_file", Need::optional,
        "Positions file of an agent before this one (Promtail's), read "
        "while this one has no positions."),
    schema::attr<&Arguments::on_positions_file_error>(
        "on_positions_file_error", Need::optional,
        "Where to begin when the stored position cannot be used."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (scope.known("encoding") && !encoding_from_name(arguments.encoding))
    scope.error("encoding", "C052", "encoding \"{}\" cannot be read", arguments.encoding)
        .with_help("use an IANA name such as UTF-8, UTF-16LE, ISO-8859-1, windows-1252 or GBK");
  if (!scope.known("targets")) return;
  for (const auto& target : arguments.targets) {
    if (!target.contains("__path__"))
      scope.warning("targets", "C051", "a target without __path__ matches no file");
    for (const auto& [name, value] : target)
      if (!base::is_label_name(name))
        scope.warning("targets", "C024", "\"{}\" is not a label name; it is sent as \"{}\"", name,
                      telemetry::valid_label_name(name));
  }
}

std::vector<schema::HostNeed> needs(const Arguments&) {
  return {{schema::HostNeed::Kind::file_watches, {}, {}}};
}

/// What the component makes of a line, without a file; for `cfgc test`.
void receive(const Arrival& arrival, telemetry::LogBatch& batch) {
  batch.add(arrival.time_ns, arrival.text,
            with_filename(public_labels(*arrival.target), arrival.path));
}

std::any streams(const Arguments& arguments) {
  return Streams{.sources = {{.medium = SourceStreams::Medium::files,
                              .targets = &arguments.targets,
                              .path_label = "__path__",
                              .forward_to = arguments.forward_to,
                              .receive = [](const std::string&) -> Receive { return receive; }}}};
}

}  // namespace

telemetry::Labels public_labels(const river::schema::Target& target) {
  std::vector<telemetry::Label> labels;
  for (const auto& [name, value] : target)
    if (!telemetry::is_internal_label(name) && name != "filename") labels.emplace_back(name, value);
  return telemetry::Labels(std::move(labels));
}

telemetry::Labels with_filename(const telemetry::Labels& labels, std::string_view path) {
  telemetry::LabelsBuilder builder(labels);
  builder.set("filename", telemetry::valid_utf8(path));
  return builder.build();
}

constinit const schema::Signature kSignature{
    .name = "loki.source.file",
    .doc = "Reads lines from files as they grow.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, needs>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::source_file
