#include "compiler/migrate/impact/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <optional>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

#include "base/thread.h"
#include "compiler/migrate/impact/query.h"
#include "compiler/migrate/impact/query_rewrite.h"
#include "compiler/migrate/impact/readers.h"
#include "compiler/migrate/impact/second_order.h"
#include "compiler/migrate/impact/variable_rewrite.h"
#include "logql/parser.h"

namespace compiler::migrate::impact {

namespace {

constexpr int kRecordingHopsMax = 16;

/// All uses of one document.
class DocumentJudge {
 public:
  DocumentJudge(const FamilyIndex& families, const documents::Document& document)
      : families_(families),
        document_(document),
        judged_(document.uses.size()),
        matchers_(document.matchers.size()),
        variables_(families, document, [this](size_t selector) { return selector_of(selector); }) {
    for (const documents::Use& use : document.uses)
      if (use.kind == documents::UseKind::route_matchers && use.matchers >= 0)
        matchers_[static_cast<size_t>(use.matchers)].push_back(&use);
    for (const documents::RuleDef& rule : document.rules) rule_queries_.insert(rule.expression);
    for (size_t i = 0; i < document.uses.size(); ++i)
      if (const documents::Use& use = document.uses[i];
          use.kind == documents::UseKind::query && use.panel >= 0)
        queries_of_panel_[use.panel].push_back(i);
  }

  DocumentJudge(const DocumentJudge&) = delete;
  DocumentJudge& operator=(const DocumentJudge&) = delete;

  /// Queries come first: other uses read their results.
  void judge_queries() {
    for (size_t i = 0; i < document_.uses.size(); ++i) {
      const documents::Use& use = document_.uses[i];
      const bool is_logql = use.language != documents::Language::promql;
      if (use.kind == documents::UseKind::query && is_logql) judged_[i] = query(use);
      if (use.kind == documents::UseKind::selector) judged_[i] = selector(use);
    }
  }

  /// Adds the rules of this document that record from logs, or from series that are. Whether there
  /// are more of them than in the last call.
  bool collect_records(Recorded& recorded) {
    judge_recorded(recorded);
    const size_t known = records_.size();
    for (const documents::RuleDef& rule : document_.rules) {
      if (!rule.is_record || rule.expression >= judged_.size() || !judged_[rule.expression])
        continue;
      if (is_of_metrics(rule.expression) || !records_.insert(&rule).second) continue;
      recorded[rule.name].push_back(judged_rule(rule));
    }
    return records_.size() > known;
  }

  /// The alerts of this document, after judge_recorded().
  void collect_alerts(std::vector<JudgedRule>& alerts) const {
    for (const documents::RuleDef& rule : document_.rules) {
      if (rule.is_record || rule.expression >= judged_.size() || !judged_[rule.expression])
        continue;
      JudgedRule alert = judged_rule(rule);
      if (is_of_metrics(rule.expression)) {
        alert.metrics = std::make_shared<logql::promql::Query>(
            logql::promql::parse(document_.uses[rule.expression].text.text()));
      }
      alerts.push_back(std::move(alert));
    }
  }

  /// Queries over series that rules record from logs.
  void judge_recorded(const Recorded& recorded) {
    for (size_t i = 0; i < document_.uses.size(); ++i) {
      const documents::Use& use = document_.uses[i];
      if (use.kind != documents::UseKind::query || use.language != documents::Language::promql)
        continue;
      keep(i, judge_promql(families_, use.text.text(), recorded));
    }
  }

  /// A finding for each use, after judge_queries() and judge_recorded(). What was judged goes with
  /// this judge: it takes far more memory.
  std::vector<Finding> judge_all(size_t number, const std::vector<JudgedRule>& alerts) {
    judge_readers(alerts);
    std::vector<Finding> findings;
    findings.reserve(document_.uses.size());
    for (size_t use = 0; use < document_.uses.size(); ++use)
      findings.push_back(finding(number, use));
    for (Finding& one : findings)
      if (!is_of_metrics(one.use)) doubt(families_.mapping(), one);
    return findings;
  }

 private:
  JudgedRule judged_rule(const documents::RuleDef& rule) const {
    JudgedRule made{.rule = &rule, .judged = &*judged_[rule.expression]};
    made.proposed = proposed_text(rule.expression);
    const bool is_logql = document_.uses[rule.expression].language != documents::Language::promql;
    if (is_logql) follow_proposal(families_, made);
    return made;
  }

  /// A query over metrics that no rule records from logs.
  bool is_of_metrics(size_t index) const {
    const JudgedQuery& judged = *judged_[index];
    return document_.uses[index].language == documents::Language::promql &&
           !judged.outcome.is_metric && judged.verdict == Verdict::same;
  }

  void judge_readers(const std::vector<JudgedRule>& alerts) {
    for (size_t i = 0; i < document_.uses.size(); ++i) {
      const documents::Use& use = document_.uses[i];
      if (judged_[i]) continue;
      if (use.kind == documents::UseKind::route_matchers) {
        keep(i, judge_route(families_, use, together(use), alerts));
      } else if (use.kind == documents::UseKind::go_template && use.matchers >= 0) {
        keep(i, judge_notification(families_, use, together(use), alerts));
      } else if (use.matchers >= 0) {
        keep(i, grouping(use, alerts));
      } else {
        judged_[i] = reader(use);
      }
    }
  }

  /// The matchers that an alert must meet to meet those of `use`.
  Together together(const documents::Use& use) const {
    return use.matchers < 0 ? Together{&use} : matchers_of(use.matchers);
  }

  Together matchers_of(int32_t set) const {
    Together all;
    for (; set >= 0; set = document_.matchers[static_cast<size_t>(set)].outer) {
      const Together& own = matchers_[static_cast<size_t>(set)];
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

  SecondOrder grouping(const documents::Use& use, const std::vector<JudgedRule>& alerts) const {
    const int32_t other = document_.matchers[static_cast<size_t>(use.matchers)].target;
    const Together target = other >= 0 ? matchers_of(other) : Together{};
    return judge_grouping(families_, use.text.text(), together(use), other >= 0 ? &target : nullptr,
                          alerts);
  }

  Finding finding(size_t document, size_t index) const {
    const documents::Use& use = document_.uses[index];
    const JudgedQuery& judged = *judged_[index];
    Finding finding{.document = document, .use = index};
    finding.verdict = judged.verdict;
    finding.confidence = use.language_is_certain ? judged.confidence : Confidence::guess;
    finding.reason = judged.reason;
    note_assumption(families_, use, finding);
    if (judged.verdict == Verdict::same) return finding;
    finding.services = services_of(families_, judged);
    if (second_order_.contains(index)) {
      propose_edits(finding, use, second_order_.at(index));
      propose_beside(finding, use, index);
    } else if (judged.verdict != Verdict::unknown) {
      propose(finding, use, judged);
    }
    hinder(finding, use, judged);
    return finding;
  }

  /// What is proposed may not be right to write unseen.
  void hinder(Finding& finding, const documents::Use& use, const JudgedQuery& judged) const {
    if (!finding.proposal) return;
    std::string hindrance = hindrance_of(use, scope_of(use));
    if (hindrance.empty()) hindrance = hindrance_of_lines(families_, judged);
    if (hindrance.empty()) return;
    finding.confidence = std::max(finding.confidence, Confidence::likely);
    finding.proposal->edits.clear();
    finding.proposal->blocked = hindrance;
  }

  void keep(size_t index, SecondOrder result) {
    judged_[index] = std::move(result.judged);
    proposed_.erase(index);
    second_order_[index] = std::move(result.edits);
    if (!result.beside.empty()) beside_[index] = std::move(result.beside);
  }

  void propose_beside(Finding& finding, const documents::Use& use, size_t index) const {
    const auto found = beside_.find(index);
    if (found == beside_.end()) return;
    finding.proposal = Proposal{
        .text = fmt::format("{}, {}", use.text.text(), found->second),
        .edits = {},
        .blocked = fmt::format("`{}` has to be added to the list beside it", found->second)};
  }

  void propose_edits(Finding& finding, const documents::Use& use,
                     const std::vector<TextEdit>& edits) const {
    if (edits.empty() || overlap(edits) || finding.verdict == Verdict::unknown) return;
    finding.proposal = proposal_of(use, {.edits = edits, .text = edited(use.text.text(), edits)});
  }

  const documents::VariableScope* scope_of(const documents::Use& use) const {
    const auto index = static_cast<size_t>(use.scope);
    return use.scope < 0 || index >= document_.scopes.size() ? nullptr : &document_.scopes[index];
  }

  const documents::VariableDef* variable_of(const documents::Use& use) const {
    const documents::VariableScope* scope = scope_of(use);
    if (scope == nullptr) return nullptr;
    const auto found = scope->variables.find(use.name);
    return found == scope->variables.end() ? nullptr : &found->second;
  }

  JudgedQuery query(const documents::Use& use) const {
    const auto parsed = logql::parse(use.text.text());
    if (!parsed.ok()) return not_read(parsed.errors.front());
    return doubted(families_.mapping(), judge_panel_query(families_, *parsed.expr, scope_of(use)));
  }

  JudgedQuery selector(const documents::Use& use) const {
    if (use.language == documents::Language::promql) return {};
    auto parsed = logql::parse_selector(use.text.text());
    if (!parsed.ok()) return not_read(parsed.errors.front());
    logql::Expr expr{logql::LogQuery{std::move(parsed.selector), {}, {}}, {}};
    return doubted(families_.mapping(), judge_query(families_, expr, scope_of(use)));
  }

  JudgedQuery offered(const documents::Use& use, const documents::VariableDef& variable) const {
    if (use.language == documents::Language::promql) return {};
    return doubted(families_.mapping(), judge_offered(families_, variable, scope_of(use)));
  }

  JudgedQuery reader(const documents::Use& use) const {
    switch (use.kind) {
      case documents::UseKind::label_name:
        if (const auto* variable = variable_of(use);
            variable != nullptr && variable->label == use.text.text()) {
          return offered(use, *variable);
        }
        return judge_field_name(families_, use, read_by(use));
      case documents::UseKind::series_name:
        return judge_series_name(families_, use, read_by(use));
      case documents::UseKind::label_template:
      case documents::UseKind::go_template:
      case documents::UseKind::field_reference:
        return judge_mentions(families_, use, read_by(use));
      case documents::UseKind::value:
        if (use.language == documents::Language::promql || use.label.empty()) return {};
        return doubted(families_.mapping(), judge_value(families_, use.label, use.text.text()));
      case documents::UseKind::value_regex:
        if (const auto* variable = variable_of(use); variable != nullptr) {
          return offered(use, *variable);
        }
        return {};
      case documents::UseKind::route_matchers:
      case documents::UseKind::query:
      case documents::UseKind::selector:
        break;
    }
    return {};
  }

  /// Streams that stay may be in more series than before, but not where an alert counts them: that
  /// and all else is for people to decide.
  void note_loss(Finding& finding, const documents::Use& use, const QueryRewrite& rewrite) const {
    finding.confidence = std::max(finding.confidence, Confidence::likely);
    if (!rewrite.loses_moved && !use.is_alert) {
      finding.reason += fmt::format(" With the change: {}", rewrite.loss);
      return;
    }
    finding.proposal->edits.clear();
    finding.proposal->blocked = rewrite.loss;
  }

  bool is_rule(const documents::Use& use) const {
    return rule_queries_.contains(static_cast<size_t>(&use - document_.uses.data()));
  }

  /// The label, or the expression over its values, of a variable.
  bool asks(const documents::Use& use) const {
    const auto* variable = variable_of(use);
    return variable != nullptr &&
           (use.kind == documents::UseKind::value_regex ||
            (use.kind == documents::UseKind::label_name && variable->label == use.text.text()));
  }

  static void propose_offer(Finding& finding, const documents::Use& use,
                            const VariableRewrite& variable) {
    if (variable.estimated) finding.confidence = std::max(finding.confidence, Confidence::likely);
    const std::string& text = use.text.text();
    QueryRewrite made{.edits = {}, .text = text, .replaced = {}, .loss = {}};
    if (use.kind == documents::UseKind::value_regex || variable.label == text) {
      finding.reason += " With the change of the variable's query its values are those of before.";
    } else {
      made.text = variable.label;
      made.edits = {{{0, static_cast<uint32_t>(text.size())}, variable.label}};
    }
    finding.proposal = proposal_of(use, made);
  }

  /// What the selector of a variable becomes.
  std::optional<std::string> selector_of(size_t index) const {
    std::string why;
    if (!judged_[index] || judged_[index]->verdict == Verdict::same) return std::nullopt;
    const auto rewrite = rewritten(document_.uses[index], *judged_[index], why);
    if (!rewrite || rewrite->needs_second_target) return std::nullopt;
    return rewrite->text;
  }

  /// A bare selector is a query as well.
  std::optional<QueryRewrite> rewritten(const documents::Use& use, const JudgedQuery& judged,
                                        std::string& why) const {
    const auto parsed = logql::parse(use.text.text());
    if (!parsed.ok()) return std::nullopt;
    const RewriteLimits limits{.keeps_out_unasked = use.is_alert || is_rule(use)};
    const auto as = [&](const JudgedQuery& one) {
      return rewrite_query(families_, use.text.text(), *parsed.expr, one, limits, why);
    };
    const bool has_variables = !judged.choices.empty() && !judged.choices.front().text().empty();
    if (use.kind == documents::UseKind::query && has_variables) {
      // Variables that are changed, too, offer what they did.
      const JudgedQuery after =
          judge_panel_query(families_, *parsed.expr, variables_.scope(use.scope));
      if (after.verdict != Verdict::same && after.verdict != Verdict::unknown) return as(after);
    }
    return as(judged);
  }

  void propose(Finding& finding, const documents::Use& use, const JudgedQuery& judged) const {
    std::string why;
    std::optional<QueryRewrite> rewrite;
    const auto& variable = variables_.of(use.scope, use.name);
    if (use.kind == documents::UseKind::query || use.kind == documents::UseKind::selector) {
      rewrite = rewritten(use, judged, why);
      finding.transitions =
          transitions(families_, use.text.text(), judged, rewrite ? &*rewrite : nullptr);
      if (rewrite && !rewrite->needs_second_target && variable && variable->label.empty() &&
          use.kind == documents::UseKind::selector) {
        why = fmt::format("with it ${} would not offer what it offers now", use.name);
        rewrite.reset();
      }
    } else if (variable && !variable->label.empty() && asks(use)) {
      return propose_offer(finding, use, *variable);
    } else {
      rewrite = rewrite_mentions(families_, use, read_by(use), why);
      if (rewrite && !is_carried(use, *rewrite, why)) rewrite.reset();
    }
    if (rewrite && rewrite->needs_second_target) {
      why = "what moves and what stays need two queries";
      rewrite.reset();
    }
    if (rewrite) {
      finding.proposal = proposal_of(use, *rewrite);
      if (!rewrite->loss.empty()) note_loss(finding, use, *rewrite);
    }
    if (!rewrite && !why.empty()) finding.reason += fmt::format(" No change is proposed: {}.", why);
  }

  /// Whether the results that a text reads will have the labels that `rewrite` reads: those of each
  /// query as it is proposed, or as it is when nothing else is proposed.
  bool is_carried(const documents::Use& use, const QueryRewrite& rewrite, std::string& why) const {
    for (const size_t index : queries_of(use)) {
      // What a recorded series has after the move is told by its rule's proposal.
      if (document_.uses[index].language == documents::Language::promql) continue;
      const JudgedQuery& judged = *judged_[index];
      const bool loses = finds_others(judged.verdict);
      const auto proposed = proposed_text(index);
      for (const Replaced& one : rewrite.replaced) {
        if (!label_fate({&judged}, one.old_label).changes) continue;
        const bool is_there = proposed ? carries(families_, *proposed, judged, one)
                                       : !loses && carries(judged.outcome, one);
        if (is_there) continue;
        why = proposed ? fmt::format("the query it reads would not give `{}`", one.new_label)
                       : "the query it reads has no proposal";
        return false;
      }
    }
    return true;
  }

  /// What a query becomes; nullopt: it stays.
  std::optional<std::string> proposed_text(size_t index) const {
    const auto [known, is_new] = proposed_.try_emplace(index);
    if (!is_new) return known->second;
    const Finding made = finding(0, index);
    if (made.proposal && made.proposal->blocked.empty()) known->second = made.proposal->text;
    return known->second;
  }

  /// The queries whose results a text reads: its own, or all of its panel.
  std::vector<size_t> queries_of(const documents::Use& use) const {
    std::vector<size_t> queries;
    if (use.belongs_to >= 0) {
      const auto index = static_cast<size_t>(use.belongs_to);
      if (index < judged_.size() && judged_[index]) queries.push_back(index);
      return queries;
    }
    const auto of_panel = queries_of_panel_.find(use.panel);
    if (of_panel == queries_of_panel_.end()) return queries;
    for (const size_t i : of_panel->second)
      if (judged_[i]) queries.push_back(i);
    return queries;
  }

  std::vector<const JudgedQuery*> read_by(const documents::Use& use) const {
    std::vector<const JudgedQuery*> queries;
    for (const size_t index : queries_of(use)) queries.push_back(&*judged_[index]);
    return queries;
  }

  const FamilyIndex& families_;
  const documents::Document& document_;
  std::vector<std::optional<JudgedQuery>> judged_;
  std::vector<Together> matchers_;                           ///< as document_.matchers
  std::set<size_t> rule_queries_;                            ///< uses that are rules' expressions
  std::map<int32_t, std::vector<size_t>> queries_of_panel_;  ///< by the panel's number
  mutable std::map<size_t, std::optional<std::string>> proposed_;  ///< see proposed_text()
  mutable VariableRewrites variables_;
  std::map<size_t, std::vector<TextEdit>> second_order_;  ///< of uses that read rules' results
  std::map<size_t, std::string> beside_;                  ///< see SecondOrder
  std::set<const documents::RuleDef*> records_;           ///< those that are collected
};

}  // namespace

std::vector<Finding> judge(const std::vector<documents::Document>& documents,
                           const streams::Mapping& mapping) {
  // Rules come first, for other documents read what they find.
  const FamilyIndex families(mapping);
  std::deque<std::pair<size_t, DocumentJudge>> with_rules;
  std::vector<size_t> others;
  Recorded recorded;
  std::vector<JudgedRule> alerts;
  for (size_t i = 0; i < documents.size(); ++i) {
    if (documents[i].rules.empty()) {
      others.push_back(i);
      continue;
    }
    with_rules
        .emplace_back(std::piecewise_construct, std::forward_as_tuple(i),
                      std::forward_as_tuple(families, documents[i]))
        .second.judge_queries();
  }
  // What is recorded from logs may be recorded again from there.
  bool has_more = true;
  for (int hop = 0; has_more && hop < kRecordingHopsMax; ++hop) {
    has_more = false;
    for (auto& [number, one] : with_rules) has_more = one.collect_records(recorded) || has_more;
  }
  for (auto& [number, one] : with_rules) {
    one.judge_recorded(recorded);
    one.collect_alerts(alerts);
  }
  std::vector<std::vector<Finding>> by_document(documents.size());
  for (auto& [number, one] : with_rules) by_document[number] = one.judge_all(number, alerts);
  std::atomic<size_t> next{0};
  // An index remembers decisions: each thread has its own.
  const auto work = [&](const FamilyIndex& own) {
    for (size_t i; (i = next.fetch_add(1)) < others.size();) {
      DocumentJudge one(own, documents[others[i]]);
      one.judge_queries();
      one.judge_recorded(recorded);
      by_document[others[i]] = one.judge_all(others[i], alerts);
    }
  };
  {
    const size_t threads = std::min<size_t>(std::thread::hardware_concurrency(), others.size());
    std::vector<base::Thread> helpers;
    for (size_t k = 1; k < threads; ++k) {
      auto helper = base::Thread::start("judge", [&] { work(FamilyIndex(mapping)); });
      if (helper) helpers.push_back(std::move(*helper));
    }
    work(families);
  }
  size_t count = 0;
  for (const auto& own : by_document) count += own.size();
  std::vector<Finding> findings;
  findings.reserve(count);
  for (auto& own : by_document) std::move(own.begin(), own.end(), std::back_inserter(findings));
  return findings;
}

}  // namespace compiler::migrate::impact
