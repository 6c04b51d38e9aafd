#include "compiler/migrate/streams/origins.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "compiler/migrate/streams/sample.h"
#include "compiler/migrate/streams/walk.h"
#include "components/loki/source_journal/signature.h"
#include "components/loki/source_syslog/parse.h"
#include "components/shared/docker_api/containers.h"

/// What each kind of source says of an entry before its rules run.
namespace compiler::migrate::streams {

namespace {

enum MarkerId : size_t {
  kProjectMarker,
  kComponentMarker,
  kContainerNameMarker,
  kContainerIdMarker,
  kNetworkMarker,
  kUnitMarker,
  kIdentifierMarker,
  kPathMarker,
  kComposeMarker,
  kFieldMarker = 12,
  kRegexMarker = 30,
  kMachineMarker = 50,
};
constexpr size_t kSamplesMax = 512;
constexpr std::string_view kUnitLabel = "__journal__systemd_unit";
constexpr std::string_view kIdentifierLabel = "__journal_syslog_identifier";

VariantTexts text_or(const std::optional<std::string>& text, MarkerId id) {
  return text ? known(*text) : marker(id);
}

/// "/PROJECT-COMPONENT-1", or the names that are given.
std::vector<VariantTexts> container_names(const Container& container, const VariantTexts& project,
                                          const VariantTexts& component) {
  std::vector<VariantTexts> out;
  for (const std::string& name : container.names) out.push_back(known("/" + name));
  if (!out.empty()) return out;
  VariantTexts& name = out.emplace_back();
  for (size_t i = 0; i < kVariants; ++i)
    name[i] = container.is_composed && !container.has_own_name
                  ? "/" + project[i] + "-" + component[i] + "-1"
                  : "/" + marker(kContainerNameMarker)[i];
  return out;
}

/// A label that entries may have with any text, or lack.
std::vector<VariantTexts> any_or_absent(size_t id) {
  return {marker(id), known("")};
}

/// Names that the rules read and start so.
std::set<std::string> read_names(const PlacedRules& rules, std::string_view prefix) {
  std::set<std::string> names;
  for (const auto& rule : rules.rules) {
    for (const std::string& name : rule.source_labels)
      if (name.starts_with(prefix)) names.insert(name);
    if (rule.target_label.starts_with(prefix)) names.insert(rule.target_label);
  }
  return names;
}

/// `count` words: those for 0, step, 2 * step, ...
template <class Word>
std::vector<VariantTexts> words(int count, int step, const Word& word) {
  std::vector<VariantTexts> out;
  for (int i = 0; i < count; ++i) out.push_back(known(word(i * step)));
  return out;
}

/// One journal entry's samples: the label that tells its kind is set, other fields are open.
std::vector<Sample> journal_samples(const Sample& kind, const PlacedRules& rules) {
  std::vector<Sample> samples = {kind};
  size_t id = kFieldMarker;
  for (const std::string& name : read_names(rules, "__journal_")) {
    if (name == kUnitLabel || name == kIdentifierLabel) continue;
    if (name == "__journal_priority_keyword" || name == "__journal_priority") {
      const bool is_word = name == "__journal_priority_keyword";
      samples = each_of(std::move(samples), name, words(8, 1, [&](int i) {
                          return is_word
                                     ? std::string(components::loki::source_journal::
                                                       kPriorityKeywords[static_cast<size_t>(i)])
                                     : std::to_string(i);
                        }));
    } else {
      samples = each_of(std::move(samples), name, any_or_absent(id++ % kRegexMarker));
    }
  }
  for (Sample& sample : samples) rules.doubt_maps(sample);
  return samples;
}

/// Texts of units or identifiers that single rules are about.
struct RuleTarget {
  std::string_view label;
  std::string regex;
  size_t rule = 0;
};

std::vector<RuleTarget> rule_targets(const PlacedRules& rules) {
  std::vector<RuleTarget> out;
  std::set<std::pair<std::string_view, std::string>> seen;
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    const auto& rule = rules.rules[i];
    for (const std::string_view label : {kUnitLabel, kIdentifierLabel}) {
      if (rule.source_labels != std::vector<std::string>{std::string(label)} || !rule.regex)
        continue;
      // ^(?s:REGEX)$
      std::string_view pattern = rule.regex->pattern();
      constexpr std::string_view kBefore = "^(?s:", kAfter = ")$";
      if (!pattern.starts_with(kBefore) || !pattern.ends_with(kAfter)) continue;
      pattern = pattern.substr(kBefore.size(), pattern.size() - kBefore.size() - kAfter.size());
      for (const std::string_view one : alternatives(pattern))
        if (seen.emplace(label, one).second) out.push_back({label, std::string(one), i});
    }
  }
  return out;
}

}  // namespace

std::vector<Sample> each_of(std::vector<Sample> samples, std::string_view label,
                            const std::vector<VariantTexts>& values) {
  if (samples.size() * values.size() > kSamplesMax) {
    for (Sample& sample : samples) {
      sample.doubt("there are too many combinations of what the rules read");
      sample.set(label, values.front());
    }
    return samples;
  }
  std::vector<Sample> out;
  for (const Sample& sample : samples)
    for (const VariantTexts& value : values) out.emplace_back(sample).set(label, value);
  return out;
}

std::vector<Sample> container_samples(const Container& container) {
  Sample sample;
  const VariantTexts project = text_or(container.project, kProjectMarker);
  const VariantTexts component = text_or(container.component, kComponentMarker);
  sample.set("__meta_docker_container_id", marker(kContainerIdMarker));
  sample.set("__meta_docker_container_network_mode", marker(kNetworkMarker));
  sample.set("__address__", around("", marker(kNetworkMarker), ":80"));
  sample.set("__meta_docker_network_ip", marker(kNetworkMarker));
  sample.set("__meta_docker_network_name", marker(kNetworkMarker));
  constexpr std::string_view kLabel = "__meta_docker_container_label_";
  for (const auto& [name, value] : container.labels)
    sample.set(std::string(kLabel) + components::docker_api::label_part(name), value);
  if (container.is_composed) {
    sample.set(std::string(kLabel) + "com_docker_compose_project", project);
    sample.set(std::string(kLabel) + "com_docker_compose_service", component);
    sample.set(std::string(kLabel) + "com_docker_compose_oneoff", "False");
    sample.set(std::string(kLabel) + "com_docker_compose_container_number", "1");
    for (const std::string_view name : {"config_hash", "depends_on", "image",
                                        "project_config_files", "project_working_dir", "version"})
      sample.set(fmt::format("{}com_docker_compose_{}", kLabel, name), marker(kComposeMarker));
  }
  return each_of({sample}, "__meta_docker_container_name",
                 container_names(container, project, component));
}

std::vector<Sample> syslog_samples(const NamedTexts& labels, const PlacedRules& rules) {
  using components::loki::source_syslog::facility_word;
  using components::loki::source_syslog::severity_word;
  constexpr std::string_view kMessage = "__syslog_message_";
  Sample base;
  set_all(labels, kMachineMarker, base);
  std::vector<Sample> samples = {base};
  size_t id = kFieldMarker;
  for (const std::string& name : read_names(rules, "__syslog_")) {
    if (name == std::string(kMessage) + "severity")
      samples = each_of(std::move(samples), name, words(8, 1, severity_word));
    else if (name == std::string(kMessage) + "facility")
      samples = each_of(std::move(samples), name, words(24, 8, facility_word));
    else
      samples = each_of(std::move(samples), name, any_or_absent(id++ % kRegexMarker));
  }
  for (Sample& sample : samples) rules.doubt_maps(sample);
  return samples;
}

std::vector<JournalKind> journal_kinds(const NamedTexts& labels, std::string_view id,
                                       std::string_view matches, const PlacedRules& rules,
                                       const river::diag::SourceMap& sources) {
  Sample base;
  set_all(labels, kMachineMarker, base);
  base.set("job", id);
  std::vector<JournalKind> kinds;
  const auto add = [&](std::string unit_text, const VariantTexts& unit,
                       const VariantTexts& identifier) {
    Sample sample = base;
    sample.set(kUnitLabel, unit);
    sample.set(kIdentifierLabel, identifier);
    kinds.push_back({std::move(unit_text), journal_samples(sample, rules)});
  };
  constexpr std::string_view kUnitMatch = "_SYSTEMD_UNIT=";
  for (const std::string_view word : components::loki::source_journal::match_words(matches))
    if (word.starts_with(kUnitMatch)) {
      const std::string unit(word.substr(kUnitMatch.size()));
      add(unit, known(unit), marker(kIdentifierMarker));
    }
  if (!kinds.empty()) return kinds;
  std::string doubt;
  for (const RuleTarget& target : rule_targets(rules)) {
    const auto text = regex_sample(target.regex, kRegexMarker);
    const auto is_open = [&] { return without_markers((*text)[0], 0) == OpenValue{{"", ""}}; };
    if (!text) {
      const auto span =
          target.rule < rules.places.size() ? rules.places[target.rule] : river::diag::Span{};
      doubt = fmt::format("the values that the regex {} matches are not known, in the rule at {}",
                          target.regex, place_of(sources, span));
    } else if (!is_open()) {
      const bool is_unit = target.label == kUnitLabel;
      add((*text)[0], is_unit ? *text : around("", marker(kUnitMarker), ".service"),
          is_unit ? marker(kIdentifierMarker) : *text);
    }
  }
  add("", around("", marker(kUnitMarker), ".service"), marker(kIdentifierMarker));
  JournalKind& rest = kinds.back();
  for (Sample& sample : journal_samples(base, rules)) rest.samples.push_back(std::move(sample));
  if (!doubt.empty())
    for (Sample& sample : rest.samples) sample.doubt(doubt);
  return kinds;
}

Sample file_sample(const river::schema::Target& target) {
  Sample sample;
  for (const auto& [name, value] : target)
    if (name != "filename") sample.set(name, value);
  const auto path = target.find("__path__");
  if (path == target.end()) return sample;
  VariantTexts text = known("");
  char until = '\0';  // Of a set of characters or alternatives that is being skipped.
  for (const char c : path->second) {
    const bool is_pattern = until != '\0' || std::string_view("*?[{").find(c) != std::string::npos;
    for (size_t i = 0; i < kVariants; ++i)
      if (until == '\0') text[i] += is_pattern ? marker(kPathMarker)[i] : std::string(1, c);
    if (c == until)
      until = '\0';
    else if (until == '\0' && (c == '[' || c == '{'))
      until = c == '[' ? ']' : '}';
  }
  sample.set("__path__", text);
  return sample;
}

std::string service_of(const Sample& sample, std::string_view unit,
                       const std::vector<std::string>& services) {
  const auto find = [&](std::string_view name) {
    return std::find(services.begin(), services.end(), name) != services.end();
  };
  for (const std::string_view label : {"service", "job"})
    if (const std::string value(sample.labels[0].get(label)); find(value)) return value;
  constexpr std::string_view kSuffix = ".service";
  if (unit.ends_with(kSuffix)) unit.remove_suffix(kSuffix.size());
  return find(unit) ? std::string(unit) : std::string();
}

}  // namespace compiler::migrate::streams
