#include "components/loki/relabel/signature.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "components/shared/streams.h"

namespace components::loki::relabel {

namespace schema = river::schema;

namespace {

constexpr std::string_view kUnitLabel = "__journal__systemd_unit";
constexpr std::string_view kIdentifierLabel = "__journal_syslog_identifier";
constexpr std::string_view kUnitKinds[] = {"service", "socket", "timer", "mount",
                                           "target",  "scope",  "slice"};

bool reads(const RuleArguments& rule, std::string_view label) {
  return std::find(rule.source_labels.begin(), rule.source_labels.end(), label) !=
         rule.source_labels.end();
}

bool reads_journal(const RuleArguments& rule) {
  return reads(rule, kUnitLabel) || reads(rule, kIdentifierLabel);
}

/// A rule that gives any unit the same label: what special rules are meant to be exceptions from.
/// One that copies the unit is none: special rules behind it change what it wrote.
bool is_fallback(const RuleArguments& rule) {
  const std::string& regex = rule.regex.source;
  return rule.action == RuleAction::replace && rule.source_labels.size() == 1 &&
         reads(rule, kUnitLabel) && rule.replacement.find('$') == std::string::npos &&
         (regex == ".+" || regex == ".*" || regex == "(.+)" || regex == "(.*)");
}

/// The regex with a backslash before each bare dot that precedes the kind of a unit.
std::string escape_unit_dots(std::string_view regex) {
  std::string out;
  bool escaped = false;
  for (size_t i = 0; i < regex.size(); ++i) {
    const std::string_view behind = regex.substr(i + 1);
    const bool bare_dot = regex[i] == '.' && !escaped;
    const bool before_kind =
        bare_dot && std::any_of(std::begin(kUnitKinds), std::end(kUnitKinds), [&](auto kind) {
          return behind.starts_with(kind) &&
                 (behind.size() == kind.size() || !base::is_word(behind[kind.size()]));
        });
    if (before_kind) out += '\\';
    out += regex[i];
    escaped = regex[i] == '\\' && !escaped;
  }
  return out;
}

void lint_dots(const RuleArguments& rule, size_t index, schema::Scope& scope) {
  if (!reads_journal(rule)) return;
  const std::string escaped = escape_unit_dots(rule.regex.source);
  if (escaped == rule.regex.source) return;
  std::string river_text;
  for (const char c : escaped) river_text += c == '\\' ? "\\\\" : std::string(1, c);
  scope
      .warning("rule", "C076", "rule {}: the dot in regex \"{}\" matches any character", index + 1,
               rule.regex.source)
      .with_help(fmt::format("write regex = \"{}\"", river_text));
}

}  // namespace

void lint_journal_rules(const std::vector<RuleArguments>& rules, schema::Scope& scope) {
  for (size_t i = 0; i < rules.size(); ++i) {
    lint_dots(rules[i], i, scope);
    if (!is_fallback(rules[i])) continue;
    const auto here = rules.begin() + static_cast<ptrdiff_t>(i);
    const auto sets_it = [&](const RuleArguments& rule) {
      return reads_journal(rule) && rule.action == RuleAction::replace &&
             rule.target_label == here->target_label;
    };
    if (std::any_of(here + 1, rules.end(), sets_it)) {
      scope.warning("rule", "C077", "rule {}: the fallback rule must stay last", i + 1)
          .with_help("it matches every unit; move it after the rules for single units");
      continue;
    }
    const auto earlier = std::find_if(rules.begin(), here, sets_it);
    const bool is_read_between = std::any_of(
        earlier, here, [&](const RuleArguments& rule) { return reads(rule, here->target_label); });
    if (earlier != here && !is_read_between)
      scope
          .warning("rule", "C078", "rule {}: the fallback overwrites \"{}\", which rule {} sets",
                   i + 1, here->target_label, earlier - rules.begin() + 1)
          .with_help(fmt::format("the later of two matching rules wins; let the fallback act only "
                                 "where the label is empty: source_labels = [\"{}\", \"{}\"], "
                                 "separator = \"@\", regex = \"@.+\"",
                                 here->target_label, kUnitLabel));
  }
}

using schema::Need;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the relabelled entries."),
    schema::block<&Arguments::rule>("rule", Need::optional, "Relabel rules, applied in order.",
                                    kRule),
    schema::attr<&Arguments::max_cache_size>("max_cache_size", Need::optional,
                                             "Label sets whose result is remembered."),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", Need::required, "Takes entries to relabel."),
    schema::attr<&Exports::rules>("rules", Need::required, "The rules, for `relabel_rules`."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  check_cache_size(arguments.max_cache_size, scope);
  if (scope.known("rule")) lint_journal_rules(arguments.rule, scope);
}

std::any streams(const Arguments& arguments) {
  return Streams{.rules = &arguments.rule, .receives = true, .forward_to = arguments.forward_to};
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "loki.relabel",
    .doc = "Changes, adds and removes labels of log entries, or drops entries, by relabel rules.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::relabel
