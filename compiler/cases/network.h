#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/cases/coverage.h"
#include "compiler/cases/suite.h"
#include "components/shared/streams.h"
#include "river/config/program.h"
#include "telemetry/log_batch.h"
#include "telemetry/relabel.h"

/// A configuration that takes entries by the agent's own code, with nothing of the agent around it:
/// no sockets, no threads, no backends. One thread.
///
///   Arrival -> source's receive (labels, rules) -> stations (rules, stages) -> backend: Arrived
///
/// Containers of all cases go through discovery together, before the first case runs: what
/// expressions make of targets is then worked out once.
namespace compiler::cases {

/// An entry that left for a backend.
struct Arrived {
  std::string backend;  ///< id of the component
  TextMap labels, metadata;
  std::string line, tenant;
  int64_t timestamp_ns = 0;

  bool operator==(const Arrived&) const = default;
};

/// Where an entry ended before a backend.
struct Loss {
  std::string what;  ///< "loki.process.app: stage.drop"
  Span place;        ///< unknown where no rule or stage is at fault
};

/// What became of a case's input.
struct Outcome {
  std::string error;  ///< why it could not be given to the configuration; empty: it was
  std::vector<Arrived> arrived;
  std::vector<Loss> lost;
};

/// Rules one by one, so that it is known which of them dropped something.
struct CountedRules {
  std::vector<telemetry::relabel::Rules> single;
  telemetry::relabel::Rules all;
  std::vector<size_t> steps;  ///< their numbers in the coverage

  /// The rule that drops; nullopt: they keep it.
  std::optional<size_t> apply(telemetry::LabelsBuilder& labels) const;
};

class Network {
 public:
  /// `containers` are targets of all cases, with container ids that tell them apart. `coverage` and
  /// `program` must outlive it.
  Network(const river::config::Program& program, river::schema::Targets containers,
          Coverage& coverage);
  ~Network();

  /// `container_id`: that of the case's target.
  Outcome run(const Input& input, const std::string& container_id);

 private:
  class Station;
  struct Source {
    const river::config::Node* node = nullptr;
    std::shared_ptr<void> arguments;  ///< what `streams` refers to
    components::SourceStreams streams;
    components::Receive receive;
    std::map<std::string_view, const river::schema::Target*> containers;  ///< by id
  };

  void visit(const river::config::Node& node);
  static Source source_of(const river::config::Node& node, std::shared_ptr<void> arguments,
                          components::SourceStreams streams);
  std::shared_ptr<void> decode(const river::config::Node& node) const;
  TextMap labels(const river::config::Node& node, std::string_view attribute) const;
  CountedRules counted(const river::config::Node& node,
                       const std::vector<components::RuleArguments>& rules);
  river::schema::Targets relabelled(const river::config::Node& node,
                                    const river::schema::Targets& targets,
                                    const CountedRules& rules);

  base::Result<const Source*> find_source(const Input& input) const;
  base::Result<Station*> find_station(const Input& input) const;
  /// The target that matches the input; nullptr when none does, with the reason in `outcome`.
  const river::schema::Target* target_of(const Source& source, const Input& input,
                                         const std::string& container_id, Outcome& outcome) const;
  void receive(const Source& source, const Input& input, const std::string& container_id,
               Outcome& outcome);

  river::schema::Targets containers_;
  Coverage& coverage_;
  std::map<std::string, river::Value, std::less<>> exports_;
  std::vector<std::shared_ptr<Station>> stations_;  ///< sinks first
  std::vector<Source> sources_;
  std::map<std::string, Loss> lost_containers_;  ///< by id
  Outcome outcome_;                              ///< of the case that runs
};

}  // namespace compiler::cases
