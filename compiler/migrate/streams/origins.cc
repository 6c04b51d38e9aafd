#include "compiler/migrate/streams/origins.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "compiler/migrate/streams/sample.h"
#include "compiler/migrate/streams/walk.h"
#include "components/shared/docker_api/containers.h"

/// What each kind of source says of an entry before its rules run.
namespace compiler::migrate::streams {

using components::KindLabel;
using components::SourceField;
using components::SourceStreams;

namespace {

enum MarkerId : size_t {
  kProjectMarker,
  kComponentMarker,
  kContainerNameMarker,
  kContainerIdMarker,
  kNetworkMarker,
  kPathMarker,
  kComposeMarker,
  kKindMarker = 8,
  kFieldMarker = 12,
  kRegexMarker = 30,  // Up to kMachineMarker.
};
constexpr size_t kSamplesMax = 512;
constexpr std::string_view kContainerIdLabel = "__meta_docker_container_id";
constexpr std::string_view kContainerLabel = "__meta_docker_container_label_";
constexpr std::string_view kComposeLabel = "__meta_docker_container_label_com_docker_compose_";

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

/// Values of kinds' labels that single rules are about.
struct RuleTarget {
  size_t kind = 0;
  std::string regex;
  size_t rule = 0;
};

std::vector<RuleTarget> rule_targets(const PlacedRules& rules,
                                     const std::vector<KindLabel>& kinds) {
  std::vector<RuleTarget> out;
  std::set<std::pair<size_t, std::string>> seen;
  for (size_t i = 0; i < rules.rules.size(); ++i) {
    const auto& rule = rules.rules[i];
    for (size_t kind = 0; kind < kinds.size(); ++kind) {
      if (rule.source_labels != std::vector<std::string>{std::string(kinds[kind].name)} ||
          !rule.regex)
        continue;
      // ^(?s:REGEX)$
      std::string_view pattern = rule.regex->pattern();
      constexpr std::string_view kBefore = "^(?s:", kAfter = ")$";
      if (!pattern.starts_with(kBefore) || !pattern.ends_with(kAfter)) continue;
      pattern = pattern.substr(kBefore.size(), pattern.size() - kBefore.size() - kAfter.size());
      for (const std::string_view one : alternatives(pattern))
        if (seen.emplace(kind, one).second) out.push_back({kind, std::string(one), i});
    }
  }
  return out;
}

/// Samples with a label set to each of `values` in turn; "" leaves it absent.
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

}  // namespace

std::vector<Sample> container_samples(const Container& container) {
  Sample sample;
  const VariantTexts project = text_or(container.project, kProjectMarker);
  const VariantTexts component = text_or(container.component, kComponentMarker);
  sample.set(kContainerIdLabel, marker(kContainerIdMarker));
  sample.set("__meta_docker_container_network_mode", marker(kNetworkMarker));
  sample.set("__address__", around("", marker(kNetworkMarker), ":80"));
  sample.set("__meta_docker_network_ip", marker(kNetworkMarker));
  sample.set("__meta_docker_network_name", marker(kNetworkMarker));
  for (const auto& [name, value] : container.labels)
    sample.set(std::string(kContainerLabel) + components::docker_api::label_part(name), value);
  if (container.is_composed) {
    sample.set(std::string(kComposeLabel) + "project", project);
    sample.set(std::string(kComposeLabel) + "service", component);
    sample.set(std::string(kComposeLabel) + "oneoff", "False");
    sample.set(std::string(kComposeLabel) + "container_number", "1");
    for (const std::string_view name : {"config_hash", "depends_on", "image",
                                        "project_config_files", "project_working_dir", "version"})
      sample.set(fmt::format("{}{}", kComposeLabel, name), marker(kComposeMarker));
  }
  return each_of({sample}, "__meta_docker_container_name",
                 container_names(container, project, component));
}

void doubt_container_labels(const PlacedRules& rules, Sample& sample) {
  if (!sample.has(kContainerIdLabel)) return;
  auto unmet = rules.unmet(kContainerLabel, sample);
  std::erase_if(unmet, [](const std::string& name) {
    return name.starts_with(kComposeLabel);  // Containers that lack it are not Compose's.
  });
  if (!unmet.empty())
    sample.doubt(fmt::format("the container label that provides {} is not known", unmet.front()));
  rules.doubt_maps(sample);
}

std::vector<Sample> with_fields(const Sample& base, const SourceStreams& source,
                                const PlacedRules& rules) {
  std::set<std::string> names;
  if (!source.field_prefix.empty()) names = read_names(rules, source.field_prefix);
  for (const KindLabel& kind : source.kinds) names.erase(std::string(kind.name));
  for (const SourceField& field : source.fields)
    if (rules.reads(field.name)) names.emplace(field.name);
  std::vector<Sample> samples = {base};
  size_t id = kFieldMarker;
  for (const std::string& name : names) {
    const auto field = std::find_if(source.fields.begin(), source.fields.end(),
                                    [&](const SourceField& one) { return one.name == name; });
    std::vector<VariantTexts> values;
    if (field == source.fields.end())
      values = {marker(id++ % kRegexMarker), known("")};  // Any text, or absent.
    else
      std::transform(field->values.begin(), field->values.end(), std::back_inserter(values), known);
    samples = each_of(std::move(samples), name, values);
  }
  for (Sample& sample : samples) rules.doubt_maps(sample);
  return samples;
}

std::vector<EntryKind> entry_kinds(const Sample& base, const SourceStreams& source,
                                   const PlacedRules& rules,
                                   const river::diag::SourceMap& sources) {
  std::vector<EntryKind> kinds;
  if (source.kinds.empty()) return {{"", with_fields(base, source, rules)}};
  // `text` is the value of the label of one kind; of the others anything is.
  const auto add = [&](std::string unit_text, size_t own, const VariantTexts& text) {
    Sample sample = base;
    for (size_t i = 0; i < source.kinds.size(); ++i)
      sample.set(source.kinds[i].name,
                 i == own ? text : around("", marker(kKindMarker + i), source.kinds[i].suffix));
    kinds.push_back({std::move(unit_text), with_fields(sample, source, rules)});
  };
  for (const std::string& text : source.only) add(text, 0, known(text));
  if (!kinds.empty()) return kinds;
  std::string doubt;
  for (const RuleTarget& target : rule_targets(rules, source.kinds)) {
    const auto text = regex_sample(target.regex, kRegexMarker);
    const auto is_open = [&] { return without_markers((*text)[0], 0) == OpenValue{{"", ""}}; };
    if (!text) {
      const auto span =
          target.rule < rules.places.size() ? rules.places[target.rule] : river::diag::Span{};
      doubt = fmt::format("the values that the regex {} matches are not known, in the rule at {}",
                          target.regex, place_of(sources, span));
    } else if (!is_open()) {
      add((*text)[0], target.kind, *text);
    }
  }
  add("", source.kinds.size(), {});
  EntryKind& rest = kinds.back();
  for (Sample& sample : with_fields(base, source, rules)) rest.samples.push_back(std::move(sample));
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
