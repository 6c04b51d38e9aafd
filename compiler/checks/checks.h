#pragma once
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "river/config/program.h"

namespace components {
struct Streams;
}

/// What a configuration that is valid gets wrong all the same: it does something, but not what was
/// meant. Warnings; each can be accepted by a comment (compiler/emit/accepted.h).
namespace compiler::checks {

/// Runs all checks of this folder. `program` must be free of errors.
void check_design(const river::config::Program& program, river::diag::Diagnostics& diagnostics);

using Words = std::set<std::string, std::less<>>;

/// Labels that some component takes from the entries again, by stage.label_drop,
/// stage.structured_metadata, labeldrop and their like: taken.cc. Streams do not end up with them.
class TakenLabels {
 public:
  explicit TakenLabels(const river::config::Program& program);
  bool contains(std::string_view label) const;

 private:
  void add(const river::ast::Body& body);
  void add_rule(const river::ast::Statement& rule);

  Words names_;
  std::vector<std::string> dropped_, kept_;  ///< regexes of labeldrop and labelkeep
};

// rules.cc: relabel rules that cannot match, that others overwrite, and that make labels of what is
// different for each line.
// `prefixes` are those of the fields of the sources that take the rules; empty: any may be there.
void check_rules(const river::ast::Body& body, const Words& prefixes, const TakenLabels& taken,
                 river::diag::Diagnostics& diagnostics);
/// Whether some text that the regex matches can have this character in it; true where that is not
/// plain to see. regex_text.cc.
bool may_match_character(std::string_view regex, char character);

// stages.cc: the steps of a pipeline: values that nothing uses, values that nothing sets, labels of
// what is different for each line. `labels` are words that may be labels of the entries that come;
// nullopt: they may have any.
void check_stages(const river::config::Node& node, const std::optional<Words>& labels,
                  const TakenLabels& taken, river::diag::Diagnostics& diagnostics);
/// The words of all texts and keys below a body.
void collect_words(const river::ast::Body& body, Words& words);
/// Adds to `labels` words of a component that may be labels: all but what its stages keep to
/// themselves. False: it may set others.
bool collect_labels(const river::ast::Body& body, Words& labels);

/// What a component says of streams with its defaults; nullopt: nothing. budget.cc.
std::optional<components::Streams> streams_of(const river::config::Node& node);

/// Sources whose streams can have more labels than Loki takes, and scrapes whose series have more
/// than Mimir takes: budget.cc.
void check_budget(const river::config::Program& program, river::diag::Diagnostics& diagnostics);

/// What configurations for pods get wrong: static pods that are missed, pods of other nodes that
/// are watched, labels without a bound. kubernetes.cc.
void check_pods(const river::config::Program& program, river::diag::Diagnostics& diagnostics);

// values.cc

/// Whether a name is one of values that are different for each line or request: trace_id, pid.
bool is_unbounded_name(std::string_view name);
/// A text literal without its quotes; nullopt for all else.
std::optional<std::string> text_of(const river::ast::Expr& value);
/// Whether a component exports a value of this name, such as "receiver".
bool has_export(const river::config::Node& node, std::string_view name);
/// The text is one of those of the list.
template <size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}
inline bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Files that are read twice, credentials that go out in plain text, components of which nothing is
/// used.
void check_files(const river::config::Program& program, river::diag::Diagnostics& diagnostics);
void check_credentials(const river::ast::Body& body, river::diag::Diagnostics& diagnostics);
void check_unused(const river::config::Program& program, river::diag::Diagnostics& diagnostics);
/// ${NAME} in texts, which is not expanded, and keys that are given twice: slips.cc.
void check_slips(const river::ast::Body& body, river::diag::Diagnostics& diagnostics);

/// Targets that are scraped twice, so that their series are written twice: scrapes.cc.
void check_scrapes(const river::config::Program& program, river::diag::Diagnostics& diagnostics);
/// A component that scrapes targets for metrics.
bool is_scrape(const river::config::Node& node);

/// What the sources of a configuration read: budget.cc.
struct SourcesRead {
  bool containers = false, files = false, journal = false, metrics = false;
  std::vector<std::string> listeners;  ///< addresses of syslog listeners
};
SourcesRead sources_of(const river::config::Program& program);

/// Environment variables that a configuration needs: the places of sys.env("NAME") by the name,
/// those with another value behind them (coalesce) left out.
struct EnvironmentUse {
  std::string name;
  river::diag::Span place;
};
std::vector<EnvironmentUse> environment_of(const river::config::Program& program);

}  // namespace compiler::checks
