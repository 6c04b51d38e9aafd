#pragma once
#include <string>
#include <vector>

#include "compiler/migrate/streams/walk.h"

/// What each kind of source says of an entry before its rules run.
namespace compiler::migrate::streams {

/// Samples with a label set to each of `values` in turn; "" leaves it absent.
std::vector<Sample> each_of(std::vector<Sample> samples, std::string_view label,
                            const std::vector<VariantTexts>& values);

/// The samples that one container or listener gives, before rules run.
std::vector<Sample> container_samples(const Container& container);
std::vector<Sample> syslog_samples(const NamedTexts& labels, const PlacedRules& rules);

/// A kind of journal entry.
struct JournalKind {
  std::string unit_text;  ///< to find its service by; empty: the rest
  std::vector<Sample> samples;
};
std::vector<JournalKind> journal_kinds(const NamedTexts& labels, std::string_view id,
                                       std::string_view matches, const PlacedRules& rules,
                                       const river::diag::SourceMap& sources);
/// A target of files, whose __path__ is a pattern.
Sample file_sample(const river::schema::Target& target);

/// The service of `services` that labels or a unit's name refer to; empty: none.
std::string service_of(const Sample& sample, std::string_view unit,
                       const std::vector<std::string>& services);

}  // namespace compiler::migrate::streams
