#include <algorithm>

#include "compiler/expand/expand.h"
#include "river/schema/text.h"

/// fleet.syslog: one source with a listener for each service that logs to a port of its own.
namespace compiler::expand {

namespace {

constexpr std::string_view kListenAddress = "127.0.0.1";
constexpr std::string_view kDefaultFormat = "rfc3164";

river::ast::Statement* listener(const Expansion& to, const host::SyslogPort& port) {
  const host::Text& format = to.host.syslog_format;
  const river::Builder at_port = to.build.at(port.port_span);
  river::ast::Statement* block = to.build.at(port.span).block(
      "listener", "",
      {at_port.attribute("address",
                         at_port.string(fmt::format("{}:{}", kListenAddress, port.port))),
       to.build.attribute("protocol", to.build.string("tcp")),
       to.build.attribute("syslog_format",
                          to.text(format.given() ? format : host::Text{kDefaultFormat, {}})),
       to.build.attribute("labels", to.labels({{"job", {port.service, port.span}}}))});
  to.build.comment_above(*block, fmt::format("{}, from {}", port.service, to.place(port.span)));
  return block;
}

}  // namespace

void expand_syslog(const Expansion& to, Statements& out) {
  const auto& ports = to.host.syslog_ports;
  const auto is_live = [](const host::SyslogPort& port) { return !port.migrated; };
  const auto first = std::find_if(ports.begin(), ports.end(), is_live);
  if (first == ports.end()) return;
  Statements source;
  for (const host::SyslogPort& port : ports)
    if (is_live(port)) source.push_back(listener(to, port));
  source.push_back(to.forward_to());
  out.push_back(to.build.block("loki.source.syslog", to.label(), source));
  to.build.comment_above(
      *out.back(),
      "services that log to a port, from " +
          to.place(to.host.services_span.known() ? to.host.services_span : first->span));
}

// fleet.journal: the journal source, and a loki.relabel that is never sent anything: the source
// borrows its rules, which see the entry's own fields as __journal_*.

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
                   is_regex ? std::string(rule.pattern.value)
                            : river::schema::literal_regex(rule.pattern.value),
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
  ast::Statement* rule = make_rule(
      to.build, {"job", river::schema::literal_regex(id), "job", std::string(kDefaultJob)});
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

// fleet.files: find files by glob, follow them.

namespace {

river::ast::Expr* path_target(const Expansion& to, const host::FilesModel& files,
                              const host::Text& path) {
  host::LabelList labels = {{"__path__", path}};
  if (files.exclude.given()) labels.push_back({"__path_exclude__", files.exclude});
  labels.insert(labels.end(), files.labels.begin(), files.labels.end());
  return to.labels(labels);
}

}  // namespace

void expand_files(const Expansion& to, Statements& out) {
  const river::Builder& build = to.build;
  river::Builder::Items targets;
  for (const host::FilesModel& files : to.host.files)
    for (const host::Text& path : files.paths) targets.push_back(path_target(to, files, path));
  if (targets.empty()) return;
  out.push_back(build.block(
      "local.file_match", to.label(),
      {build.attribute("path_targets", build.list(targets, river::Layout::one_per_line))}));
  build.comment_above(*out.back(), "log files, from " + to.place(to.host.files[0].span));
  out.push_back(build.block(
      "loki.source.file", to.label(),
      {build.attribute("targets",
                       build.reference(fmt::format("local.file_match.{}.targets", to.label()))),
       to.forward_to()}));
}

}  // namespace compiler::expand
