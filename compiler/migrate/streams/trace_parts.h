#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/migrate/streams/sample.h"
#include "compiler/migrate/streams/trace.h"
#include "components/shared/capsules.h"
#include "river/eval.h"
#include "river/schema/types.h"
#include "telemetry/log_batch.h"

/// The steps of families().
namespace compiler::migrate::streams {

/// A value that is known, or depends on the machine that will run the configuration.
struct NamedText {
  std::string name;
  std::optional<std::string> value;
};
using NamedTexts = std::vector<NamedText>;

/// What takes entries in: stands for a component's receiver while a configuration is walked.
struct Hop final : telemetry::LogReceiver {
  void receive(telemetry::LogBatch batch) override;

  const river::config::Node* node = nullptr;
  std::shared_ptr<void> arguments;
  PlacedRules rules;           ///< of loki.relabel
  NamedTexts external_labels;  ///< of loki.write
  std::string doubt;           ///< why the arguments are not all known
};

/// Entries of one kind from one source.
struct Origin {
  std::string text;
  std::string service;
  Mechanism mechanism = Mechanism::none;
};

/// Sends samples along forward_to and makes a family of what arrives at each loki.write.
class Walk {
 public:
  Walk(const river::diag::SourceMap& sources, std::string host)
      : sources_(sources), host_(std::move(host)) {}

  /// `samples` are the ways that one kind of entry can look; what comes out alike is one family.
  void send(const Origin& origin, const std::vector<components::LogsReceiver>& to,
            std::vector<Sample> samples);
  std::vector<StreamFamily> finish() &&;

 private:
  void go(const Hop& hop, Sample sample, size_t depth);
  void forward(const std::vector<components::LogsReceiver>& to, const Sample& sample, size_t depth);
  void arrive(const Hop& write, Sample sample);

  const river::diag::SourceMap& sources_;
  std::string host_;
  const Origin* origin_ = nullptr;
  size_t first_of_origin_ = 0;
  size_t steps_ = 0;
  std::vector<StreamFamily> families_;
};

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

/// The service of `services` that labels or a unit's name speak of; empty: none.
std::string service_of(const Sample& sample, std::string_view unit,
                       const std::vector<std::string>& services);

/// Sets known labels, and unknown text where a value depends on the machine.
void set_all(const NamedTexts& labels, size_t first_marker, Sample& sample);

}  // namespace compiler::migrate::streams
