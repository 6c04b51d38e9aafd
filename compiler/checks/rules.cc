#include <algorithm>

#include "base/text.h"
#include "compiler/checks/checks.h"

namespace compiler::checks {

namespace ast = river::ast;
using components::RuleAction;
using components::RuleArguments;
using river::diag::Diagnostics;
using river::diag::Span;

namespace {

/// Fields of sources, whose names are fixed; others that begin so are made by nobody.
constexpr std::string_view kContainerPrefix = "__meta_docker_";
constexpr std::string_view kContainerFields[] = {"__meta_docker_container_id",
                                                 "__meta_docker_container_name",
                                                 "__meta_docker_container_network_mode",
                                                 "__meta_docker_container_log_stream",
                                                 "__meta_docker_network_id",
                                                 "__meta_docker_network_ingress",
                                                 "__meta_docker_network_internal",
                                                 "__meta_docker_network_ip",
                                                 "__meta_docker_network_name",
                                                 "__meta_docker_network_scope",
                                                 "__meta_docker_port_private",
                                                 "__meta_docker_port_public",
                                                 "__meta_docker_port_public_ip"};
/// Labels of containers and networks have names of their own.
constexpr std::string_view kOpenPrefixes[] = {"__meta_docker_container_label_",
                                              "__meta_docker_network_label_"};
/// Fields of the journal that rules read as a rule; there may be any other.
constexpr std::string_view kJournalFields[] = {
    "__journal__systemd_unit", "__journal__systemd_user_unit", "__journal_syslog_identifier",
    "__journal__hostname",     "__journal__transport",         "__journal__comm",
    "__journal__exe",          "__journal_priority_keyword",   "__journal__boot_id",
    "__journal__machine_id",   "__journal_container_name"};
/// Fields that are different for each line, process or container.
constexpr std::string_view kUnboundedFields[] = {"__journal__pid",
                                                 "__journal__cursor",
                                                 "__journal___cursor",
                                                 "__journal__source_realtime_timestamp",
                                                 "__journal__invocation_id",
                                                 "__journal__systemd_invocation_id",
                                                 "__journal__audit_session",
                                                 "__journal__cmdline",
                                                 "__journal_message",
                                                 "__journal_syslog_pid",
                                                 "__journal_container_id",
                                                 "__journal_container_id_full",
                                                 "__meta_docker_container_id",
                                                 "__meta_docker_network_ip",
                                                 "__syslog_message_proc_id",
                                                 "__syslog_connection_port"};

template <size_t N>
bool is_one_of(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

bool begins_open(std::string_view name) {
  return std::any_of(std::begin(kOpenPrefixes), std::end(kOpenPrefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// The name that was meant by one which no source gives; empty: it may be right. `known` false: it
/// is none, and nothing is near.
std::string_view meant_by(std::string_view name, bool& known) {
  known = true;
  if (name.starts_with(kContainerPrefix)) {
    known = is_one_of(name, kContainerFields) || begins_open(name);
    return known ? "" : river::diag::did_you_mean(name, kContainerFields);
  }
  if (!name.starts_with("__journal_") || is_one_of(name, kJournalFields) ||
      is_one_of(name, kUnboundedFields))
    return "";
  const auto near = river::diag::did_you_mean(name, kJournalFields);
  known = near.empty();
  return near;
}

/// Characters of the regex that are no text of their own.
bool is_literal(std::string_view regex) {
  return !regex.empty() && regex.find_first_of(".*+?[](){}|^$\\") == regex.npos;
}

/// The statements of rules, in the order of the arguments.
std::vector<const ast::Statement*> places_of(const ast::Body& body) {
  std::vector<const ast::Statement*> rules;
  for (const ast::Statement* statement : body.statements)
    if (statement->is_block && statement->name == "rule") rules.push_back(statement);
  return rules;
}

Span place_of(const ast::Statement& rule, std::string_view attribute) {
  for (const ast::Statement* one : rule.body.statements)
    if (!one->is_block && one->name == attribute) return one->value->span;
  return rule.header_span();
}

class RuleChecker {
 public:
  RuleChecker(const std::vector<RuleArguments>& rules,
              const std::vector<const ast::Statement*>& places, Diagnostics& diagnostics)
      : rules_(rules), places_(places), diagnostics_(diagnostics) {}

  void check() {
    for (size_t i = 0; i < rules_.size(); ++i) {
      check_names(i);
      check_regex(i);
      check_shadowed(i);
      check_unbounded(i);
    }
  }

 private:
  void check_names(size_t i) {
    for (const std::string& name : rules_[i].source_labels) {
      bool known = true;
      const auto near = meant_by(name, known);
      if (known) continue;
      auto& problem =
          diagnostics_.warning("C030", place_of(*places_[i], "source_labels"),
                               "no source gives the label \"{}\": the rule never matches", name);
      if (!near.empty()) problem.with_help(fmt::format("did you mean \"{}\"?", near));
    }
  }

  /// Several labels are joined with the separator, which the regex must match as well.
  void check_regex(size_t i) {
    const RuleArguments& rule = rules_[i];
    const bool never = rule.source_labels.size() > 1 && !rule.separator.empty() &&
                       is_literal(rule.regex.source) &&
                       rule.regex.source.find(rule.separator) == std::string::npos;
    if (never)
      diagnostics_
          .warning(
              "C030", place_of(*places_[i], "regex"),
              "the rule never matches: its labels are joined with \"{}\", and the regex has none",
              rule.separator)
          .with_help(fmt::format("write a part for each label, such as \"{}{}.*\"",
                                 rule.regex.source, rule.separator));
  }

  static bool reads_alike(const RuleArguments& a, const RuleArguments& b) {
    return a.source_labels == b.source_labels && a.separator == b.separator &&
           a.regex.source == b.regex.source;
  }

  void check_shadowed(size_t i) {
    const RuleArguments& rule = rules_[i];
    if (rule.action != RuleAction::replace) return;
    for (size_t j = i + 1; j < rules_.size(); ++j) {
      const RuleArguments& later = rules_[j];
      const bool reads_it = std::find(later.source_labels.begin(), later.source_labels.end(),
                                      rule.target_label) != later.source_labels.end();
      if (reads_it || later.action == RuleAction::labelmap) return;
      if (later.action != RuleAction::replace || later.target_label != rule.target_label ||
          !reads_alike(rule, later))
        continue;
      diagnostics_
          .warning("C031", places_[i]->header_span(),
                   "what this rule writes to \"{}\" is overwritten: a later one matches the same",
                   rule.target_label)
          .note(places_[j]->header_span(), "by this one")
          .with_help("remove one of them");
      return;
    }
  }

  void check_unbounded(size_t i) {
    const RuleArguments& rule = rules_[i];
    if (rule.action != RuleAction::replace || rule.target_label.starts_with("__")) return;
    for (const std::string& name : rule.source_labels)
      if (is_one_of(name, kUnboundedFields)) return report(i, name);
  }

  void report(size_t i, std::string_view name) {
    diagnostics_
        .warning("C034", place_of(*places_[i], "source_labels"),
                 "the label \"{}\" is different for each process, container or line ({})",
                 rules_[i].target_label, name)
        .with_help(
            "each value is a stream of its own: leave it in the line, or put it into structured "
            "metadata");
  }

  const std::vector<RuleArguments>& rules_;
  const std::vector<const ast::Statement*>& places_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_rules(const Decoded& component, Diagnostics& diagnostics) {
  if (!component.streams || component.streams->rules == nullptr) return;
  const auto& rules = *component.streams->rules;
  const auto places = places_of(component.node->block->body);
  if (places.size() == rules.size()) RuleChecker(rules, places, diagnostics).check();
}

}  // namespace compiler::checks
