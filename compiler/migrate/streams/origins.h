#pragma once
#include <string>
#include <vector>

#include "compiler/migrate/streams/walk.h"
#include "components/shared/streams.h"

/// What each kind of source says of an entry before its rules run.
namespace compiler::migrate::streams {

/// Unknown text number kMachineMarker and those after it: labels that depend on the machine.
inline constexpr size_t kMachineMarker = 50;

/// The samples that discovery makes of one container. It is cfgc that knows services and compose
/// files, so it is cfgc that says which labels their containers have.
std::vector<Sample> container_samples(const Container& container);
/// Doubts a container's sample when rules read labels of it that are not known.
void doubt_container_labels(const PlacedRules& rules, Sample& sample);

/// The ways that entries of a source can look whose other labels are those of `base`, before its
/// rules run.
std::vector<Sample> with_fields(const Sample& base, const components::SourceStreams& source,
                                const PlacedRules& rules);

/// Entries of a source that its rules tell from others.
struct EntryKind {
  std::string unit_text;  ///< to find its service by; empty: the rest
  std::vector<Sample> samples;
};
std::vector<EntryKind> entry_kinds(const Sample& base, const components::SourceStreams& source,
                                   const PlacedRules& rules, const river::diag::SourceMap& sources);
/// A target of files, whose __path__ is a pattern.
Sample file_sample(const river::schema::Target& target);

/// The service of `services` that labels or a unit's name refer to; empty: none.
std::string service_of(const Sample& sample, std::string_view unit,
                       const std::vector<std::string>& services);

}  // namespace compiler::migrate::streams
