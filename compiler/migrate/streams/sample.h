#pragma once
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/migrate/streams/family.h"
#include "river/diag/source_map.h"
#include "telemetry/labels.h"
#include "telemetry/relabel.h"

/// Running relabel rules on what is only partly known. An unknown text is a marker; each
/// sample is run with several, which differ in letters, digits, case and punctuation. Where all of
/// them come out alike, marker text in the result stands for any text; where they do not, the rules
/// look into the unknown text, and the family says that it is not sure.
namespace compiler::migrate::streams {

inline constexpr size_t kVariants = 3;
using VariantTexts = std::array<std::string, kVariants>;

/// Unknown text number `id` (0 to 99), the same wherever it is used in a sample.
VariantTexts marker(size_t id);
/// `before` + unknown text + `after`.
VariantTexts around(std::string_view before, const VariantTexts& unknown, std::string_view after);
VariantTexts known(std::string_view text);
/// The text with markers read as unknown text; one literal says that nothing in it is unknown.
OpenValue without_markers(std::string_view text, size_t variant);

/// What a step does, and the step.
using PlacedStep = std::pair<std::string, LineStep>;

/// One entry's labels on its way, in every variant.
struct Sample {
  std::array<telemetry::LabelsBuilder, kVariants> labels;
  std::array<bool, kVariants> dropped = {};
  std::set<std::string, std::less<>> maybe;  ///< labels that may be absent, too
  std::string unsure;                        ///< the first reason; empty: none
  LineSteps steps;

  void set(std::string_view name, const VariantTexts& value);
  void set(std::string_view name, std::string_view value) { set(name, known(value)); }
  void erase(std::string_view name);
  bool has(std::string_view name) const { return !labels[0].get(name).empty(); }
  void doubt(std::string reason);
  /// Goes through a step; the one that is always gone through stays that.
  void step(const PlacedStep& step);
  /// Dropped in every variant: no such stream exists.
  bool is_dropped() const;
  /// Takes labels that start with __ away: they do not leave a source.
  void hide();
};

/// Relabel rules that know where they are written.
struct PlacedRules {
  telemetry::relabel::Rules rules;
  std::vector<river::diag::Span> places;  ///< one each, or none

  /// Some rule reads the value of this label.
  bool reads(std::string_view label) const;
  /// Some rule reads labels that start so and that `sample` does not have; their names.
  std::vector<std::string> unmet(std::string_view prefix, const Sample& sample) const;
  /// Doubts the sample when a rule makes labels of all fields by pattern: not all are known.
  void doubt_maps(Sample& sample) const;
};

/// The first rule that drops the sample in every variant.
PlacedStep dropping_rule(const PlacedRules& rules, const river::diag::SourceMap& sources,
                         Sample sample);

/// Runs the rules on all variants, as the agent does, and notes when they part.
void run(const PlacedRules& rules, const river::diag::SourceMap& sources, Sample& sample);

/// What labels the sample ends with; those whose variants parted can be anything.
std::map<std::string, Values, std::less<>> values_of(const Sample& sample);

/// "host_vars/puck.yml:12:3"; empty when the place is not known.
std::string place_of(const river::diag::SourceMap& sources, river::diag::Span span);

/// A text that a regex of a relabel rule matches whole, where that is plain to see: literals,
/// escapes, `.*`, `.+` and groups around them, of alternatives the first. `.*` and `.+` give
/// unknown text, numbered from `first_marker` on. nullopt for all other regexes.
std::optional<VariantTexts> regex_sample(std::string_view regex, size_t first_marker);

/// The alternatives of a regex that is nothing but `a|b|c`, else the regex itself.
std::vector<std::string_view> alternatives(std::string_view regex);

}  // namespace compiler::migrate::streams
