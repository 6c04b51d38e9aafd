#include <re2/re2.h>

#include <algorithm>
#include <span>

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
constexpr std::string_view kSyslogFields[] = {
    "__syslog_connection_ip_address", "__syslog_connection_hostname",
    "__syslog_message_severity",      "__syslog_message_facility",
    "__syslog_message_hostname",      "__syslog_message_app_name",
    "__syslog_message_proc_id",       "__syslog_message_msg_id",
    "__syslog_message_msg_counter",   "__syslog_message_sequence"};
constexpr std::string_view kOpenSyslog[] = {"__syslog_message_sd_"};
/// Of discovery.kubernetes, of all roles.
constexpr std::string_view kClusterFields[] = {"__meta_kubernetes_namespace",
                                               "__meta_kubernetes_node_name",
                                               "__meta_kubernetes_node_provider_id",
                                               "__meta_kubernetes_service_cluster_ip",
                                               "__meta_kubernetes_service_loadbalancer_ip",
                                               "__meta_kubernetes_service_external_name",
                                               "__meta_kubernetes_service_name",
                                               "__meta_kubernetes_service_port_name",
                                               "__meta_kubernetes_service_port_number",
                                               "__meta_kubernetes_service_port_protocol",
                                               "__meta_kubernetes_service_type",
                                               "__meta_kubernetes_pod_name",
                                               "__meta_kubernetes_pod_ip",
                                               "__meta_kubernetes_pod_container_init",
                                               "__meta_kubernetes_pod_container_name",
                                               "__meta_kubernetes_pod_container_id",
                                               "__meta_kubernetes_pod_container_image",
                                               "__meta_kubernetes_pod_container_port_name",
                                               "__meta_kubernetes_pod_container_port_number",
                                               "__meta_kubernetes_pod_container_port_protocol",
                                               "__meta_kubernetes_pod_ready",
                                               "__meta_kubernetes_pod_phase",
                                               "__meta_kubernetes_pod_node_name",
                                               "__meta_kubernetes_pod_host_ip",
                                               "__meta_kubernetes_pod_uid",
                                               "__meta_kubernetes_pod_controller_kind",
                                               "__meta_kubernetes_pod_controller_name",
                                               "__meta_kubernetes_ingress_name",
                                               "__meta_kubernetes_ingress_class_name",
                                               "__meta_kubernetes_ingress_scheme",
                                               "__meta_kubernetes_ingress_host",
                                               "__meta_kubernetes_ingress_path"};
constexpr std::string_view kOpenCluster[] = {
    "__meta_kubernetes_node_label_", "__meta_kubernetes_node_labelpresent_",
    "__meta_kubernetes_node_annotation_", "__meta_kubernetes_node_annotationpresent_",
    "__meta_kubernetes_node_address_", "__meta_kubernetes_service_label_",
    "__meta_kubernetes_service_labelpresent_", "__meta_kubernetes_service_annotation_",
    "__meta_kubernetes_service_annotationpresent_", "__meta_kubernetes_pod_label_",
    "__meta_kubernetes_pod_labelpresent_", "__meta_kubernetes_pod_annotation_",
    "__meta_kubernetes_pod_annotationpresent_", "__meta_kubernetes_ingress_label_",
    "__meta_kubernetes_ingress_labelpresent_", "__meta_kubernetes_ingress_annotation_",
    "__meta_kubernetes_ingress_annotationpresent_", "__meta_kubernetes_namespace_label_",
    "__meta_kubernetes_namespace_labelpresent_", "__meta_kubernetes_namespace_annotation_",
    "__meta_kubernetes_namespace_annotationpresent_",
    // Roles whose names end in what a cluster calls them.
    "__meta_kubernetes_endpoint_", "__meta_kubernetes_endpoints_",
    "__meta_kubernetes_endpointslice_"};
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
                                                 "__syslog_message_proc_id"};

/// Names that begin so are fixed or, behind one of the open prefixes, those of somebody's labels.
struct Closed {
  std::string_view prefix;
  std::span<const std::string_view> names, open;
};
constexpr Closed kClosed[] = {
    {kContainerPrefix, kContainerFields, kOpenPrefixes},
    {"__syslog_", kSyslogFields, kOpenSyslog},
    {"__meta_kubernetes_", kClusterFields, kOpenCluster},
};

bool begins_with_any(std::string_view name, std::span<const std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// "__meta_kubernetes_pod_lable_app" -> "__meta_kubernetes_pod_label_app"
std::string near_open(std::string_view name, std::span<const std::string_view> prefixes) {
  for (size_t end = name.size(); (end = name.rfind('_', end - 1)) != name.npos && end > 1;) {
    const auto prefix = river::diag::did_you_mean(name.substr(0, end + 1), prefixes);
    if (!prefix.empty()) return fmt::format("{}{}", prefix, name.substr(end + 1));
  }
  return {};
}

/// The name that was meant by one which no source gives; empty: it may be right. `known` false: it
/// is none, and nothing is near.
std::string meant_by(std::string_view name, bool& known) {
  known = true;
  for (const Closed& closed : kClosed) {
    if (!name.starts_with(closed.prefix)) continue;
    known = std::find(closed.names.begin(), closed.names.end(), name) != closed.names.end() ||
            begins_with_any(name, closed.open);
    if (known) return {};
    const auto near = river::diag::did_you_mean(name, closed.names);
    return near.empty() ? near_open(name, closed.open) : std::string(near);
  }
  if (!name.starts_with("__journal_") || is_one_of(name, kJournalFields) ||
      is_one_of(name, kUnboundedFields))
    return {};
  const auto near = river::diag::did_you_mean(name, kJournalFields);
  known = near.empty();
  return std::string(near);
}

/// The literal that every text begins with which the regex fits.
std::string literal_of(std::string_view regex) {
  if (regex.starts_with('^')) regex.remove_prefix(1);
  size_t end = std::min(regex.find_first_of(".*+?[](){}|^$\\"), regex.size());
  if (end < regex.size() && std::string_view("*?{").find(regex[end]) != regex.npos && end > 0)
    --end;
  return regex.find('|') == regex.npos ? std::string(regex.substr(0, end)) : "";
}

/// labelmap: all names that begin so are of one kind, and none of them is given.
bool maps_nothing(std::string_view literal) {
  for (const Closed& closed : kClosed) {
    if (!literal.starts_with(closed.prefix)) continue;
    const auto meets = [&](std::string_view one) { return one.starts_with(literal); };
    return !begins_with_any(literal, closed.open) &&
           std::none_of(closed.names.begin(), closed.names.end(), meets) &&
           std::none_of(closed.open.begin(), closed.open.end(), meets);
  }
  return false;
}

/// The regex fits no text that begins with a slash, as Docker's names of containers do.
bool lacks_slash(const std::string& regex) {
  const re2::RE2 whole("^(?s:" + regex + ")$", re2::RE2::Quiet);
  std::string first, last;
  constexpr int kPrefixBytes = 8;
  if (!whole.ok() || !whole.PossibleMatchRange(&first, &last, kPrefixBytes)) return false;
  return last < "/" || first >= "0";  // The character after the slash.
}

/// The regex with the slash in front of what it fits.
std::string with_slash(std::string_view regex) {
  if (regex.starts_with('^')) regex.remove_prefix(1);
  if (regex.ends_with('$') && !regex.ends_with("\\$")) regex.remove_suffix(1);
  const bool is_group = regex.starts_with('(') && regex.find(')') == regex.size() - 1;
  const bool has_choices = regex.find('|') != regex.npos && !is_group;
  return has_choices ? fmt::format("/({})", regex) : fmt::format("/{}", regex);
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
  RuleChecker(std::vector<Rule> rules, const Words& prefixes, const TakenLabels& taken,
              Diagnostics& diagnostics)
      : rules_(std::move(rules)), prefixes_(prefixes), taken_(taken), diagnostics_(diagnostics) {}

  void check() {
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (!rules_[i].is_known) continue;
      check_names(i);
      check_source(i);
      check_map(i);
      check_dropped(i);
      check_regex(i);
      check_shadowed(i);
      check_unbounded(i);
      check_groups(i);
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

  /// Fields of another kind of source than those that take the rules.
  void check_source(size_t i) {
    if (prefixes_.empty()) return;
    for (const std::string& name : rules_[i].source_labels) {
      const auto begins = [&](const std::string& prefix) { return name.starts_with(prefix); };
      const auto is_set = [&](const Rule& rule) { return rule.target_label == name; };
      bool known = true;
      meant_by(name, known);
      if (!known || !name.starts_with("__") ||
          std::any_of(prefixes_.begin(), prefixes_.end(), begins) ||
          std::any_of(rules_.begin(), rules_.end(), is_set))
        continue;
      diagnostics_
          .warning("C030", place_of(*rules_[i].block, "source_labels"),
                   "the source that takes these rules does not give the label \"{}\": the rule "
                   "never matches",
                   name)
          .with_help(fmt::format("its labels begin with {}", fmt::join(prefixes_, " or ")));
    }
  }

  void check_map(size_t i) {
    if (rules_[i].action != "labelmap" || !maps_nothing(literal_of(rules_[i].regex))) return;
    diagnostics_
        .warning("C030", place_of(*rules_[i].block, "regex"),
                 "no source gives labels that begin with \"{}\": the rule never matches",
                 literal_of(rules_[i].regex))
        .with_help("compare it with the names in the manual of the source");
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
          .with_help(fmt::format("write regex = \"{}\"", with_slash(rule.regex)));
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

  /// Groups that the replacement names and the regex lacks become nothing.
  void check_groups(size_t i) {
    const Rule& rule = rules_[i];
    const Span written = place_of(*rule.block, "replacement");
    if (written == rule.block->header_span() ||
        rule.replacement.find('$') == rule.replacement.npos ||
        (rule.action != "replace" && rule.action != "labelmap"))
      return;
    const re2::RE2 regex(rule.regex, re2::RE2::Quiet);
    if (!regex.ok()) return;
    static const re2::RE2 reference(R"(\$(?:\{([^}]*)\}|(\w+)|(\$)))");
    re2::StringPiece rest(rule.replacement);
    for (std::string braced, bare, dollar;
         re2::RE2::FindAndConsume(&rest, reference, &braced, &bare, &dollar);) {
      const std::string& name = bare.empty() ? braced : bare;
      const size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
      const bool is_number = digits == name.size();
      const bool is_there = is_number ? name.size() < 4 && std::strtol(name.c_str(), nullptr, 10) <=
                                                               regex.NumberOfCapturingGroups()
                                      : regex.NamedCapturingGroups().contains(name);
      if (!dollar.empty() || name.empty() || is_there) continue;
      auto& problem = diagnostics_.warning("C067", written, "the regex has no group \"{}\"", name);
      if (!bare.empty() && digits > 0 && !is_number)
        problem.with_help(
            fmt::format("write ${{{}}}{}", name.substr(0, digits), name.substr(digits)));
      else
        problem.with_help("nothing is put in its place");
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
  const Words& prefixes_;
  const TakenLabels& taken_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_rules(const ast::Body& body, const Words& prefixes, const TakenLabels& taken,
                 Diagnostics& diagnostics) {
  std::vector<Rule> rules;
  for (const ast::Statement* statement : body.statements)
    if (statement->is_block && statement->name == "rule") rules.push_back(rule_of(*statement));
  if (!rules.empty()) RuleChecker(std::move(rules), prefixes, taken, diagnostics).check();
}

}  // namespace compiler::checks
