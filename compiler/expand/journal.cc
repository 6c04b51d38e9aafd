#include "compiler/expand/expand.h"

/// fleet.journal: the journal source, and a loki.relabel that is never sent anything: the source
/// borrows its rules, which see the entry's own fields as __journal_*.
namespace compiler::expand {

namespace ast = river::ast;

namespace {

constexpr std::string_view kRelabelLabel = "journal";
constexpr std::string_view kDefaultJob = "systemd";

/// `$` starts a capture in a replacement.
std::string escape_replacement(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped.append(c == '$' ? 2 : 1, c);
  return escaped;
}

struct Rule {
  std::string_view source_label;
  std::string regex;
  std::string_view target_label;
  std::string replacement;
  river::diag::Span target_span = {};  ///< known: where the label's name is written
};

ast::Statement* make_rule(const river::Builder& build, const Rule& rule) {
  const river::Builder at_target = rule.target_span.known() ? build.at(rule.target_span) : build;
  return build.block(
      "rule", "",
      {build.attribute("source_labels", build.list({build.string(rule.source_label)})),
       build.attribute("regex", build.string(rule.regex)),
       build.attribute("target_label", at_target.string(rule.target_label)),
       build.attribute("replacement", build.string(rule.replacement))});
}

/// One relabel rule for each label that a journal rule sets.
void add_rules(const Expansion& to, const host::JournalRule& rule, Statements& out) {
  const bool by_unit = rule.match != host::JournalMatch::identifier;
  const bool is_regex = rule.match == host::JournalMatch::unit_regex;
  bool first = true;
  for (const host::Label& label : rule.labels) {
    ast::Statement* made =
        make_rule(to.build.at(is_regex ? rule.pattern.span : label.value.span),
                  {by_unit ? "__journal__systemd_unit" : "__journal_syslog_identifier",
                   is_regex ? std::string(rule.pattern.value) : literal_regex(rule.pattern.value),
                   label.name, escape_replacement(label.value.value), label.name_span});
    if (first) to.build.comment_above(*made, to.place(rule.span));
    first = false;
    out.push_back(made);
  }
}

/// The source sets job to its own id before the rules run and a later rule overwrites what an
/// earlier one set, so the fallback comes last and acts only where no rule has set job.
ast::Statement* fallback_rule(const Expansion& to) {
  const std::string id = fmt::format("loki.source.journal.{}", to.label());
  ast::Statement* rule =
      make_rule(to.build, {"job", literal_regex(id), "job", std::string(kDefaultJob)});
  to.build.comment_above(*rule, "the job of what no rule above has given one");
  return rule;
}

}  // namespace

void expand_journal(const Expansion& to, Statements& out) {
  const host::JournalModel& journal = to.host.journal;
  const std::string rules = fmt::format("loki.relabel.{}.rules", kRelabelLabel);
  Statements source = {to.forward_to(),
                       to.build.attribute("relabel_rules", to.build.reference(rules))};
  to.add_given("path", journal.path, source);
  to.add_given("max_age", journal.max_age, source);
  to.add_given("matches", journal.matches, source);
  source.push_back(to.build.attribute("labels", to.labels({})));
  out.push_back(to.build.block("loki.source.journal", to.label(), source));
  to.build.comment_above(*out.back(), "the systemd journal, from " + to.place(to.span()));

  Statements relabel = {to.build.attribute("forward_to", to.build.list({}))};
  for (const host::JournalRule& rule : journal.rules) add_rules(to, rule, relabel);
  relabel.push_back(fallback_rule(to));
  out.push_back(to.build.block("loki.relabel", kRelabelLabel, relabel));
}

}  // namespace compiler::expand
