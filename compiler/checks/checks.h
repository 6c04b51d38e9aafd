#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "river/config/program.h"

/// What a configuration that is valid gets wrong all the same: it does something, but not what was
/// meant. Warnings; each can be accepted by a comment (compiler/emit/accepted.h).
namespace compiler::checks {

/// Runs all checks of this folder. `program` must be free of errors.
void check_design(const river::config::Program& program, river::diag::Diagnostics& diagnostics);

// rules.cc: relabel rules that cannot match, that others overwrite, and that make labels of what is
// different for each line.
void check_rules(const river::ast::Body& body, river::diag::Diagnostics& diagnostics);

// stages.cc: the steps of a pipeline: values that nothing uses, values that nothing sets, labels of
// what is different for each line. `words` are those of the other components.
using Words = std::set<std::string, std::less<>>;
void check_stages(const river::config::Node& node, const Words& words,
                  river::diag::Diagnostics& diagnostics);
/// The words of all texts and keys below a body.
void collect_words(const river::ast::Body& body, Words& words);

/// Sources whose streams can have more labels than Loki takes: budget.cc.
void check_budget(const river::config::Program& program, river::diag::Diagnostics& diagnostics);

/// What configurations for pods get wrong: static pods that are missed, pods of other nodes that
/// are watched, labels without a bound. kubernetes.cc.
void check_pods(const river::config::Program& program, river::diag::Diagnostics& diagnostics);

// values.cc

/// Whether a name is one of values that are different for each line or request: trace_id, pid.
bool is_unbounded_name(std::string_view name);
/// A text literal without its quotes; nullopt for all else.
std::optional<std::string> text_of(const river::ast::Expr& value);
/// Files that are read twice, credentials that go over plain HTTP, components of which nothing is
/// used.
void check_files(const river::config::Program& program, river::diag::Diagnostics& diagnostics);
void check_credentials(const river::ast::Body& body, river::diag::Diagnostics& diagnostics);
void check_unused(const river::config::Program& program, river::diag::Diagnostics& diagnostics);

/// Environment variables that a configuration needs: the places of sys.env("NAME") by the name,
/// those with another value behind them (coalesce) left out.
struct EnvironmentUse {
  std::string name;
  river::diag::Span place;
};
std::vector<EnvironmentUse> environment_of(const river::config::Program& program);

}  // namespace compiler::checks
