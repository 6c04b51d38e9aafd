#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "compiler/checks/checks.h"
#include "telemetry/text.h"

namespace compiler::checks {

namespace ast = river::ast;
using river::diag::Diagnostics;
using river::diag::Span;

namespace {

/// Fields of sources, whose names are fixed; others that begin so are made by nobody.
constexpr std::string_view kContainerPrefix = "__meta_docker_";
constexpr std::string_view kContainerName = "__meta_docker_container_name";
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

/// The regex begins with a text that no name of a container does: Docker's begin with a slash.
bool lacks_slash(std::string_view regex) {
  if (regex.starts_with('^')) regex.remove_prefix(1);
  const size_t end = std::min(regex.find_first_of(".*+?[](){}|^$\\"), regex.size());
  const bool may_be_absent =
      end < regex.size() && std::string_view("*?{").find(regex[end]) != regex.npos;
  return end > (may_be_absent ? 1U : 0U) && regex[0] != '/' && regex.find('|') == regex.npos;
}

/// A rule as far as it is written in texts.
struct Rule {
  const ast::Statement* block = nullptr;
  std::vector<std::string> source_labels;
  std::string separator = ";", regex = "(.*)", target_label, action = "replace";
  std::string replacement = "$1";
  bool is_known = true;  ///< false: a part is an expression, and nothing is said of it
};

Rule rule_of(const ast::Statement& block) {
  Rule rule;
  rule.block = &block;
  for (const ast::Statement* one : block.body.statements) {
    if (one->is_block) continue;
    std::string* text = one->name == "separator"      ? &rule.separator
                        : one->name == "regex"        ? &rule.regex
                        : one->name == "target_label" ? &rule.target_label
                        : one->name == "action"       ? &rule.action
                        : one->name == "replacement"  ? &rule.replacement
                                                      : nullptr;
    if (text != nullptr) {
      const auto written = text_of(*one->value);
      rule.is_known = rule.is_known && written;
      if (written) *text = *written;
    }
    if (one->name != "source_labels") continue;
    rule.is_known = rule.is_known && one->value->kind == ast::ExprKind::array;
    for (const ast::Expr* item : one->value->items) {
      const auto label = text_of(*item);
      rule.is_known = rule.is_known && label;
      rule.source_labels.push_back(label.value_or(""));
    }
  }
  return rule;
}

Span place_of(const ast::Statement& rule, std::string_view attribute) {
  for (const ast::Statement* one : rule.body.statements)
    if (!one->is_block && one->name == attribute) return one->value->span;
  return rule.header_span();
}

class RuleChecker {
 public:
  RuleChecker(std::vector<Rule> rules, const TakenLabels& taken, Diagnostics& diagnostics)
      : rules_(std::move(rules)), taken_(taken), diagnostics_(diagnostics) {}

  void check() {
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (!rules_[i].is_known) continue;
      check_names(i);
      check_dropped(i);
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
          diagnostics_.warning("C030", place_of(*rules_[i].block, "source_labels"),
                               "no source gives the label \"{}\": the rule never matches", name);
      if (!near.empty()) problem.with_help(fmt::format("did you mean \"{}\"?", near));
    }
  }

  /// A label that a rule before this one has dropped, and none has set again.
  void check_dropped(size_t i) {
    for (const std::string& name : rules_[i].source_labels)
      for (size_t j = i; j-- > 0;) {
        const Rule& earlier = rules_[j];
        if (!earlier.is_known || earlier.action == "labelmap" || earlier.target_label == name)
          break;
        if (earlier.action != "labeldrop" || earlier.regex != name) continue;
        diagnostics_
            .warning("C030", place_of(*rules_[i].block, "source_labels"),
                     "the label \"{}\" is gone here: the rule never matches", name)
            .note(earlier.block->header_span(), "it is dropped here")
            .with_help("drop it after this rule");
        break;
      }
  }

  void check_regex(size_t i) {
    const Rule& rule = rules_[i];
    if (rule.action == "labelmap" || rule.action == "labeldrop" || rule.action == "labelkeep")
      return;
    if (rule.source_labels.size() == 1 && rule.source_labels[0] == kContainerName &&
        lacks_slash(rule.regex))
      diagnostics_
          .warning("C030", place_of(*rule.block, "regex"),
                   "the rule never matches: the names of containers begin with a slash")
          .with_help(fmt::format("write regex = \"/{}\"",
                                 rule.regex.substr(rule.regex.starts_with('^') ? 1 : 0)));
    // Several labels are joined with the separator, which the regex must match as well.
    const bool never = rule.source_labels.size() > 1 && !rule.separator.empty() &&
                       !may_match_character(rule.regex, rule.separator[0]);
    if (never)
      diagnostics_
          .warning(
              "C030", place_of(*rules_[i].block, "regex"),
              "the rule never matches: its labels are joined with \"{}\", and the regex has none",
              rule.separator)
          .with_help(fmt::format("write a part for each label, such as \"{}{}.*\"", rule.regex,
                                 rule.separator));
  }

  static bool reads_alike(const Rule& a, const Rule& b) {
    return a.source_labels == b.source_labels && a.separator == b.separator && a.regex == b.regex;
  }

  void check_shadowed(size_t i) {
    const Rule& rule = rules_[i];
    if (rule.action != "replace") return;
    for (size_t j = i + 1; j < rules_.size(); ++j) {
      const Rule& later = rules_[j];
      const bool reads_it = std::find(later.source_labels.begin(), later.source_labels.end(),
                                      rule.target_label) != later.source_labels.end();
      if (reads_it || !later.is_known || later.action == "labelmap") return;
      if (later.action != "replace" || later.target_label != rule.target_label ||
          !reads_alike(rule, later))
        continue;
      diagnostics_
          .warning("C031", rules_[i].block->header_span(),
                   "what this rule writes to \"{}\" is overwritten: a later one matches the same",
                   rule.target_label)
          .note(rules_[j].block->header_span(), "by this one")
          .with_help("remove one of them");
      return;
    }
  }

  void check_unbounded(size_t i) {
    const Rule& rule = rules_[i];
    if (rule.action == "labelmap") return check_mapped(i);
    // A replacement that quotes nothing is one value.
    if (rule.action != "replace" || telemetry::is_internal_label(rule.target_label) ||
        rule.replacement.find('$') == std::string::npos)
      return;
    for (const std::string& name : rule.source_labels)
      if (is_one_of(name, kUnboundedFields))
        return report(i, "source_labels", rule.target_label, name);
  }

  /// labelmap: the first of the fields that it makes a label of.
  void check_mapped(size_t i) {
    const re2::RE2 regex(rules_[i].regex, re2::RE2::Quiet);
    if (!regex.ok()) return;
    for (const std::string_view field : kUnboundedFields) {
      std::string label(field);
      const re2::StringPiece text(field.data(), field.size());
      if (!re2::RE2::FullMatch(text, regex)) continue;
      std::string rewrite = rules_[i].replacement;
      std::replace(rewrite.begin(), rewrite.end(), '$', '\\');
      if (!re2::RE2::Extract(text, regex, rewrite, &label) || telemetry::is_internal_label(label))
        continue;
      return report(i, "regex", label, field);
    }
  }

  void report(size_t i, std::string_view attribute, std::string_view label, std::string_view name) {
    if (taken_.contains(label)) return;
    diagnostics_
        .warning("C034", place_of(*rules_[i].block, attribute),
                 "the label \"{}\" is different for each process, container or line ({})", label,
                 name)
        .with_help(
            "each value is a stream of its own: leave it in the line, or put it into structured "
            "metadata");
  }

  std::vector<Rule> rules_;
  const TakenLabels& taken_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_rules(const ast::Body& body, const TakenLabels& taken, Diagnostics& diagnostics) {
  std::vector<Rule> rules;
  for (const ast::Statement* statement : body.statements)
    if (statement->is_block && statement->name == "rule") rules.push_back(rule_of(*statement));
  if (!rules.empty()) RuleChecker(std::move(rules), taken, diagnostics).check();
}

}  // namespace compiler::checks
