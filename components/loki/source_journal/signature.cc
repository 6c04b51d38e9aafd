#include "components/loki/source_journal/signature.h"

#include <algorithm>

#include "components/loki/source_journal/labeller.h"
#include "components/shared/streams.h"

namespace components::loki::source_journal {

using namespace river::schema;

namespace {

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void validate(const Arguments& arguments, Scope& scope) {
  if (scope.known("matches")) {
    for (const std::string_view word : match_words(arguments.matches)) {
      const size_t equals = word.find('=');
      if (equals == word.npos || !is_field_name(word.substr(0, equals)))
        scope
            .error("matches", "C070", "\"{}\" is not a journal match of the form FIELD=value", word)
            .with_help("fields are in capitals, separated by spaces: _SYSTEMD_UNIT=ssh.service");
    }
  }
  if (scope.known("max_age") && arguments.max_age.value.count() < 0)
    scope.error("max_age", "C071", "max_age must not be negative");
  if (scope.given("legacy_position"))
    scope.warning("legacy_position", "C090",
                  "\"legacy_position\" is accepted but has no effect yet");
}

constexpr Field kLegacyPositionFields[] = {
    attr<&LegacyPosition::file>("file", Need::required, "Positions file of the other agent."),
    attr<&LegacyPosition::name>("name", Need::required, "Name of its journal job."),
};
constexpr BlockSchema kLegacyPosition = schema_of(kLegacyPositionFields);

constexpr Field kFields[] = {
    attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the entries."),
    attr<&Arguments::format_as_json>("format_as_json", Need::optional,
                                     "Send all fields as a JSON object instead of the message."),
    attr<&Arguments::max_age>("max_age", Need::optional,
                              "How far back to read when no position is stored; 0s reads all."),
    attr<&Arguments::path>("path", Need::optional,
                           "Folder to read journal files from; empty: this machine's journal."),
    attr<&Arguments::relabel_rules>("relabel_rules", Need::optional,
                                    "Rules that make labels of the __journal_ fields."),
    attr<&Arguments::matches>(
        "matches", Need::optional,
        "FIELD=value words that entries must match; one field twice: either."),
    attr<&Arguments::labels>("labels", Need::optional, "Labels to put on every entry."),
    block<&Arguments::legacy_position>("legacy_position", Need::optional,
                                       "Position to take over from another agent.",
                                       kLegacyPosition),
};
constexpr BlockSchema kArguments = schema_of<Arguments, validate>(kFields);

std::vector<HostNeed> needs(const Arguments& arguments) {
  return {{HostNeed::Kind::journal, arguments.path, {}}};
}

std::any streams(const Arguments& arguments) {
  SourceStreams source{
      .medium = SourceStreams::Medium::journal,
      .labels_attribute = "labels",
      .has_job = true,
      .field_prefix = "__journal_",
      .kinds = {{"__journal__systemd_unit", ".service"}, {"__journal_syslog_identifier", ""}},
      .rules = arguments.relabel_rules,
      .forward_to = arguments.forward_to,
      .receive = [&arguments](const std::string& id) { return receive(arguments, id); }};
  source.fields = {
      {"__journal_priority", {"0", "1", "2", "3", "4", "5", "6", "7"}},
      {"__journal_priority_keyword", {kPriorityKeywords.begin(), kPriorityKeywords.end()}}};
  constexpr std::string_view kUnitMatch = "_SYSTEMD_UNIT=";
  for (const std::string_view word : match_words(arguments.matches))
    if (word.starts_with(kUnitMatch)) source.only.emplace_back(word.substr(kUnitMatch.size()));
  return Streams{.sources = {std::move(source)}};
}

}  // namespace

std::vector<std::string_view> match_words(std::string_view matches) {
  constexpr std::string_view kBlank = " \t\r\n";
  std::vector<std::string_view> words;
  for (size_t at = matches.find_first_not_of(kBlank); at != matches.npos;
       at = matches.find_first_not_of(kBlank, at)) {
    const size_t end = std::min(matches.find_first_of(kBlank, at), matches.size());
    words.push_back(matches.substr(at, end - at));
    at = end;
  }
  return words;
}

const Signature kSignature{
    .name = "loki.source.journal",
    .doc = "Reads the systemd journal.",
    .arguments = kArguments,
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
    .streams = hook<Arguments, streams>,
};

}  // namespace components::loki::source_journal
