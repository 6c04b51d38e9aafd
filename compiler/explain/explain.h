#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/emit/run.h"

/// `cfgc explain`: what a code means, and where the values of a host's config come from.
namespace compiler::explain {

// Codes: code.cc. The pages of the manual are part of the program, so that both say the same.

/// docs/diagnostics.md, a row for each code, and docs/checks.md, an example of each.
extern const char kDiagnosticsPage[];
extern const char kChecksPage[];

/// R, C or F, and three digits; of either case.
bool is_code(std::string_view text);
/// All codes in the order of the manual.
std::vector<std::string_view> codes();
/// The page of a code: its meaning, an example and the case that shows it. nullopt: there is none.
std::optional<std::string> page_of(std::string_view code);

// Values: origins.cc.

/// A step on the way of a value into a config, for people: where it stands and what is there.
struct Step {
  enum class Kind {
    made,       ///< where the value is written
    used,       ///< a variable that its expression uses
    overrides,  ///< a weaker definition that it takes the place of
  } kind = Kind::made;
  std::string place;  ///< file:line:column
  std::string text;   ///< what stands there, secrets as ****; may be empty
};

/// Where values of a host come from. Views the inventory and the map.
class Origins {
 public:
  Origins(const inventory::HostEntry& host, const river::diag::SourceMap& sources,
          std::string playbook_dir)
      : host_(host), sources_(sources), playbook_dir_(std::move(playbook_dir)) {}

  /// The steps of a value at a place in the YAML or in a template, what made it first.
  std::vector<Step> of(river::diag::Span place) const;
  /// file:line:column, the file relative to the playbooks; empty when it is not known.
  std::string shown(river::diag::Span place) const;

 private:
  struct Found;
  Found find(river::diag::Span place) const;
  void add_overridden(const Found& found, std::vector<Step>& steps) const;
  void add_used(std::string_view text, int depth, std::vector<Step>& steps) const;

  const inventory::HostEntry& host_;
  const river::diag::SourceMap& sources_;
  std::string playbook_dir_;
};

// The command: host.cc.

struct Question {
  std::string subject;  ///< a code, or the name of a host
  std::string part;     ///< COMPONENT or COMPONENT.ARGUMENT of the host; empty: all
  inventory::InventoryOptions load;
  emit::CheckOptions check;
};

/// Exit code: 0 explained, 1 the host's config has errors, which are shown, or has no such part,
/// 2 there is no such code or host, or the inventory cannot be read.
emit::CommandResult explain(const Question& question);

enum class GraphFormat { mermaid, dot };
/// The components of a host's config and what goes from one to the other: graph.cc. Exit codes as
/// those of explain().
emit::CommandResult graph(const Question& question, GraphFormat format);

}  // namespace compiler::explain
