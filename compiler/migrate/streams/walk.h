#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/migrate/streams/sample.h"
#include "compiler/migrate/streams/trace.h"
#include "components/shared/streams.h"
#include "river/eval.h"
#include "river/schema/types.h"
#include "telemetry/log_batch.h"

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
  std::shared_ptr<void> arguments;  ///< what `streams` points into
  components::Streams streams;
  PlacedRules rules;
  NamedTexts external_labels;
  std::string doubt;                ///< why the arguments are not all known
  std::vector<NamedText> backends;  ///< of a backend: by URL, with the tenant that is set there
};

/// Entries of one kind from one source.
struct Origin {
  std::string text;
  std::string service;
  Mechanism mechanism = Mechanism::none;
};

/// Sends samples along forward_to and makes a family of what leaves for each backend.
class Walk {
 public:
  Walk(const river::diag::SourceMap& sources, std::string host)
      : sources_(sources), host_(std::move(host)) {}

  /// `samples` are the ways that one kind of entry can look; what comes out alike is one family.
  void send(const Origin& origin, const std::vector<components::LogsReceiver>& to,
            std::vector<Sample> samples);
  /// Notes a step that drops all lines of a kind.
  void drop(const Origin& origin, const PlacedStep& step) {
    dropped_.push_back({origin.service, origin.mechanism, step.first, step.second});
  }
  Outflow finish() &&;

 private:
  void go(const Hop& hop, Sample sample, size_t depth);
  void forward(const std::vector<components::LogsReceiver>& to, const Sample& sample, size_t depth);
  void leave(const Hop& backend, Sample sample);

  const river::diag::SourceMap& sources_;
  std::string host_;
  const Origin* origin_ = nullptr;
  size_t first_of_origin_ = 0;
  size_t steps_ = 0;
  std::vector<StreamFamily> families_;
  std::vector<DroppedLines> dropped_;
};

/// Sets known labels, and unknown text where a value depends on the machine.
void set_all(const NamedTexts& labels, size_t first_marker, Sample& sample);

struct Passed {
  std::vector<Sample> samples;
  std::vector<PlacedStep> dropped;  ///< steps that dropped a sample
};

/// What a component makes of an entry's labels: several samples where a condition may hold or not.
/// What it takes from the line can be anything, or absent. Answers without samples that are dropped
/// for certain.
/// `body` holds the blocks of the stages.
Passed through(const std::function<void(telemetry::LabelTracker&)>& change,
               const river::ast::Body& body, const river::diag::SourceMap& sources, Sample sample);

}  // namespace compiler::migrate::streams
