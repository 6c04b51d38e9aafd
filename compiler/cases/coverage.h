#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "river/ast.h"
#include "river/config/program.h"
#include "river/diag/diagnostics.h"

/// Which rules and stages of a configuration some case has reached.
namespace compiler::cases {

/// A relabel rule or a stage.
struct Step {
  std::string what;  ///< "loki.process.app: stage.json"
  river::diag::Span place;
  /// Rules: how often one matched.
  std::shared_ptr<std::atomic<uint64_t>> matched;
  bool is_reached = false;
  bool has_effect = false;
};

/// The steps of one configuration. One thread.
class Coverage {
 public:
  /// Adds the blocks of a component that are called `rule` or begin with `stage.`, those within
  /// others after them. Their first number.
  size_t add(const river::config::Node& node);

  Step& step(size_t number) { return steps_[number]; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  void add(const std::string& id, const river::ast::Statement& step);

  std::vector<Step> steps_;
};

/// The coverage of all configurations: a step of a template is reached when a case on any host
/// does.
class TotalCoverage {
 public:
  void take(const Coverage& coverage);
  /// Warns of what no case reached, or changed nothing in any case, where people have written it:
  /// what fleet blocks stand for is left out.
  void report(const river::diag::SourceMap& sources, river::diag::Diagnostics& diagnostics) const;

  /// Written steps, and those of them that did something.
  struct Sum {
    size_t steps = 0, covered = 0;
  };
  Sum sum(const river::diag::SourceMap& sources) const;

 private:
  struct Seen {
    std::string what;
    bool is_reached = false, has_effect = false;
  };
  std::map<std::pair<uint32_t, uint32_t>, Seen> seen_;  ///< by place
};

}  // namespace compiler::cases
