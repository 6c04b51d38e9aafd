#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/emit/run.h"
#include "compiler/promtail/river_text.h"
#include "compiler/yaml/fields.h"

/// Turns a configuration of Promtail into River.
///
///   YAML with places -> sections, each by a function of its own -> RiverText -> parse, check,
///   print
///
/// Every section reads its keys by name (yaml::Fields); what nobody asked for, and what has no
/// counterpart here, becomes a warning with its place. Nothing is left out silently.
namespace compiler::promtail {

/// What becomes of one file. One thread; `diagnostics` must outlive it.
class Importer {
 public:
  Importer(bool expand_env, river::diag::Diagnostics& diagnostics)
      : expand_env_(expand_env), diagnostics_(diagnostics) {}

  /// The River text of a file, `written`; what is wrong with it the caller finds.
  RiverText import(const yaml::Node& root, std::string_view written);

 private:
  /// What relabel_configs and pipeline_stages of a job lead to.
  struct Job {
    std::string name;   ///< label of its blocks
    std::string title;  ///< job_name as it is written
    const yaml::Node* relabel = nullptr;
    const yaml::Node* stages = nullptr;
    std::string receivers;  ///< where its sources send to
    size_t sources = 0;     ///< written so far
  };

  yaml::Fields::Wording wording() const;
  void lost(river::diag::Span place, std::string what, std::string help = {}) const;
  /// What is in a list or a map; what is something else is an error.
  std::span<const yaml::Node* const> items(const yaml::Node& node, std::string_view key) const;
  std::span<const yaml::Pair> pairs(const yaml::Node& node, std::string_view key) const;
  std::string text_of(const yaml::Node& node, std::string_view key) const;
  std::vector<std::string> texts_of(const yaml::Node& node, std::string_view key) const;
  /// text_expression() of what the node says.
  std::string text(const yaml::Node& node, std::string_view text, bool expands = true) const;
  std::string literal(const yaml::Node& node, std::string_view key) const;
  /// An object of texts; `first` are fields before them.
  std::string map(const yaml::Node& node, std::string_view key,
                  std::vector<std::pair<std::string, std::string>> first = {}) const;
  std::string expression(const yaml::Node& node, const Setting& setting) const;
  void copy(yaml::Fields& fields, std::span<const Setting> settings);
  /// The key has no counterpart; says so if it is given.
  void without(yaml::Fields& fields, std::string_view key, std::string help = {});
  std::string unique(std::string_view name);

  // clients.cc
  void clients(const yaml::Node* node, const yaml::Node* single);
  void client(const yaml::Node& node, size_t number);
  void endpoint(yaml::Fields& fields, const std::string& label);

  // secrets.cc: `prefix` begins the names of variables.
  /// The value, or a variable in place of what is spelled out in it, which is reported.
  std::string hidden(const yaml::Node& node, std::string_view what, std::string_view value,
                     std::string_view variable);
  void secret(yaml::Fields& fields, std::string_view key, std::string_view attribute,
              std::string_view variable);
  void url(yaml::Fields& fields, const std::string& prefix, bool has_login);
  std::string url_expression(const yaml::Node& node, std::string_view key, std::string_view url,
                             std::string_view variable);
  void url_setting(yaml::Fields& fields, std::string_view key, std::string_view variable);
  void pairs_with_secrets(yaml::Fields& fields, std::string_view key, const std::string& prefix);
  void http_client(yaml::Fields& fields, const std::string& prefix);
  void tls(yaml::Fields& fields, const std::string& prefix);

  // server.cc
  void server(const yaml::Node* node);
  void positions(const yaml::Node* node);
  void places(yaml::Fields& root);
  void limits(const yaml::Node* node);
  void globals(yaml::Fields& root);

  // jobs.cc
  void job(const yaml::Node& node);
  /// The value of a source's key, and its blocks begin; nullptr: the job has no such source.
  const yaml::Node* begin_source(Job& job, yaml::Fields& fields, std::string_view key);
  void docker(const Job& job, const yaml::Node& list);
  void journal(const Job& job, const yaml::Node& node);
  void syslog(const Job& job, const yaml::Node& node);

  // targets.cc: what answers a text writes what makes targets, and answers their expression.
  std::string static_targets(const yaml::Node& list);
  std::string file_discovery(const Job& job, const yaml::Node& list);
  std::string kubernetes(const Job& job, const yaml::Node& list);
  void files_of(const Job& job, std::string targets, yaml::Fields& fields);

  // relabel.cc
  /// Writes a component with the rules of a job; `first` are rules that come before them.
  void rules(const Job& job, std::string_view component, std::string_view own_attribute,
             std::string_view value, const std::vector<std::string>& first = {});
  void rule(const yaml::Node& node);

  // stages.cc
  void pipeline(Job& job);
  void stages(std::span<const yaml::Node* const> list);
  void stage(std::string_view name, const yaml::Node& node, river::diag::Span place);
  void match(const yaml::Node& node);
  void metrics(const yaml::Node& node);
  void metric(std::string_view name, const yaml::Node& node);

  const bool expand_env_;
  river::diag::Diagnostics& diagnostics_;
  RiverText out_;
  std::set<std::string, std::less<>> names_;
  std::map<const yaml::Node*, std::string> secrets_;  ///< variables that stand for them
  std::set<std::string> variables_;                   ///< names that are taken
  std::vector<std::string> writers_;  ///< receivers of clients, behind limits if there are any
  std::string positions_file_;        ///< as River
  bool keeps_positions_ = false;      ///< of the journal or of Docker
  std::string sync_period_;           ///< an expression
  std::vector<std::pair<std::string, std::string>> file_watch_;
};

/// `cfgc import`.
struct Options {
  std::filesystem::path file;  ///< a configuration of Promtail
  std::filesystem::path out;   ///< where the River goes; empty: it is the result's `out`
  /// Promtail runs with -config.expand-env: ${NAME} in regexes and templates is a variable, too.
  bool expand_env = false;
  emit::CheckOptions check;
};

/// What a file becomes, as canonical River that was checked. Reports what was not carried over
/// (warnings), and what makes it unusable, with its place (errors, then without a text).
std::string import_text(const river::diag::SourceFile& file, const Options& options,
                        river::diag::SourceMap& sources, river::diag::Diagnostics& diagnostics);

/// Turns a configuration of Promtail into River that `cfgc validate` accepts, and lists in `err`
/// what could not be carried over, each with its place. Nothing is written when the result has
/// errors. Exit code: 0 all is carried over, 1 some is not, 2 usage, or a file that cannot be read,
/// written, or is no configuration of Promtail.
emit::CommandResult run_import(const Options& options);

}  // namespace compiler::promtail
