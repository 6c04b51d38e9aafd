#include "compiler/migrate/impact/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "base/ensure.h"
#include "base/thread.h"
#include "compiler/migrate/impact/query.h"
#include "compiler/migrate/impact/query_rewrite.h"
#include "compiler/migrate/impact/readers.h"
#include "compiler/migrate/impact/second_order.h"
#include "logql/parser.h"

namespace compiler::migrate::impact {

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "SAME";
    case Verdict::unknown:
      return "UNKNOWN";
    case Verdict::value_changed:
      return "VALUE-CHANGED";
    case Verdict::narrows:
      return "NARROWS";
    case Verdict::widens:
      return "WIDENS";
    case Verdict::empty:
      return "EMPTY";
  }
  ENSURE(false);
  return {};
}

bool is_worse(Verdict a, Verdict b) {
  const auto rank = [](Verdict verdict) {
    constexpr int kRanks[] = {0, 2, 1, 3, 4, 5};  // As they are declared.
    return kRanks[static_cast<size_t>(verdict)];
  };
  return rank(a) > rank(b);
}

Verdict worse(Verdict a, Verdict b) {
  return is_worse(b, a) ? b : a;
}

std::string_view name(Confidence confidence) {
  switch (confidence) {
    case Confidence::certain:
      return "certain";
    case Confidence::likely:
      return "likely";
    case Confidence::guess:
      return "guess";
  }
  ENSURE(false);
  return {};
}

namespace {

JudgedQuery not_read(const logql::ParseError& error) {
  JudgedQuery judged;
  judged.verdict = Verdict::unknown;
  judged.reason = fmt::format("The text could not be read at its byte {}: {}.", error.span.begin,
                              error.message);
  return judged;
}

/// All uses of one document.
class DocumentJudge {
 public:
  DocumentJudge(const FamilyIndex& families, const documents::Document& document)
      : families_(families), document_(document), judged_(document.uses.size()) {}

  /// Queries come first: other uses read their results.
  void judge_queries() {
    for (size_t i = 0; i < document_.uses.size(); ++i) {
      const documents::Use& use = document_.uses[i];
      const bool is_logql = use.language != documents::Language::promql;
      if (use.kind == documents::UseKind::query && is_logql) judged_[i] = query(use);
      if (use.kind == documents::UseKind::selector) judged_[i] = selector(use);
    }
  }

  /// The rules of this document beside what becomes of their expressions.
  void collect_rules(Recorded& recorded, std::vector<JudgedRule>& alerts) const {
    for (const documents::RuleDef& rule : document_.rules) {
      if (rule.expression >= judged_.size() || !judged_[rule.expression]) continue;
      const JudgedRule one{&rule, &*judged_[rule.expression]};
      if (!rule.is_record) {
        alerts.push_back(one);
      } else {
        recorded[rule.name].push_back(one);
      }
    }
  }

  /// A finding for each use, after judge_queries(). What was judged goes with this judge: it takes
  /// far more memory.
  std::vector<Finding> judge_all(size_t number, const Recorded& recorded,
                                 const std::vector<JudgedRule>& alerts) {
    judge_recorded(recorded);
    judge_readers(alerts);
    std::vector<Finding> findings;
    findings.reserve(document_.uses.size());
    for (size_t use = 0; use < document_.uses.size(); ++use)
      findings.push_back(finding(number, use));
    return findings;
  }

 private:
  void judge_recorded(const Recorded& recorded) {
    for (size_t i = 0; i < document_.uses.size(); ++i) {
      const documents::Use& use = document_.uses[i];
      if (use.kind != documents::UseKind::query || use.language != documents::Language::promql)
        continue;
      keep(i, judge_promql(families_, use.text.text(), recorded));
    }
  }

  void judge_readers(const std::vector<JudgedRule>& alerts) {
    for (size_t i = 0; i < document_.uses.size(); ++i) {
      const documents::Use& use = document_.uses[i];
      if (judged_[i]) continue;
      if (use.kind == documents::UseKind::route_matchers) {
        keep(i, judge_route(families_, use.text.text(), use.label, alerts));
      } else {
        judged_[i] = reader(use);
      }
    }
  }

  Finding finding(size_t document, size_t index) const {
    const documents::Use& use = document_.uses[index];
    const JudgedQuery& judged = *judged_[index];
    Finding finding{.document = document, .use = index};
    finding.verdict = judged.verdict;
    finding.confidence = use.language_is_certain ? judged.confidence : Confidence::guess;
    finding.reason = judged.reason;
    if (judged.verdict == Verdict::same) return finding;
    finding.services = services(judged);
    if (second_order_.contains(index)) {
      propose_edits(finding, use, second_order_.at(index));
    } else if (judged.verdict != Verdict::unknown) {
      propose(finding, use, judged);
    }
    return finding;
  }

  void keep(size_t index, SecondOrder result) {
    judged_[index] = std::move(result.judged);
    second_order_[index] = std::move(result.edits);
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
    return judge_query(families_, *parsed.expr, scope_of(use));
  }

  JudgedQuery selector(const documents::Use& use) const {
    if (use.language == documents::Language::promql) return {};
    auto parsed = logql::parse_selector(use.text.text());
    if (!parsed.ok()) return not_read(parsed.errors.front());
    logql::Expr expr{logql::LogQuery{std::move(parsed.selector), {}, {}}, {}};
    return judge_query(families_, expr, scope_of(use));
  }

  JudgedQuery reader(const documents::Use& use) const {
    switch (use.kind) {
      case documents::UseKind::label_name:
        if (const auto* variable = variable_of(use);
            variable != nullptr && variable->label == use.text.text()) {
          if (use.language == documents::Language::promql) return {};
          return judge_offered(families_, *variable, scope_of(use), {});
        }
        return judge_mentions(families_, use, read_by(use));
      case documents::UseKind::label_template:
      case documents::UseKind::go_template:
      case documents::UseKind::field_reference:
        return judge_mentions(families_, use, read_by(use));
      case documents::UseKind::value:
        if (use.language == documents::Language::promql || use.label.empty()) return {};
        return judge_value(families_, use.label, use.text.text());
      case documents::UseKind::value_regex:
        if (const auto* variable = variable_of(use); variable != nullptr) {
          if (use.language == documents::Language::promql) return {};
          return judge_offered(families_, *variable, scope_of(use), use.text.text());
        }
        return {};
      case documents::UseKind::route_matchers:
      case documents::UseKind::query:
      case documents::UseKind::selector:
        break;
    }
    return {};
  }

  void propose(Finding& finding, const documents::Use& use, const JudgedQuery& judged) const {
    std::string why;
    std::optional<QueryRewrite> rewrite;
    const bool is_query =
        use.kind == documents::UseKind::query || use.kind == documents::UseKind::selector;
    if (is_query) {
      // A bare selector is a query as well.
      const auto parsed = logql::parse(use.text.text());
      if (parsed.ok()) {
        rewrite = rewrite_query(families_, use.text.text(), *parsed.expr, judged, why);
      }
      finding.transitions =
          transitions(families_, use.text.text(), judged, rewrite ? &*rewrite : nullptr);
    } else {
      rewrite = rewrite_mentions(families_, use, read_by(use));
      if (rewrite && !is_carried(use, *rewrite, why)) rewrite.reset();
    }
    if (rewrite && rewrite->needs_second_target) {
      why = "what moves and what stays need two queries";
      rewrite.reset();
    }
    if (rewrite) finding.proposal = proposal_of(use, *rewrite);
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
    const Finding made = finding(0, index);
    if (!made.proposal) return std::nullopt;
    return made.proposal->text;
  }

  static Proposal proposal_of(const documents::Use& use, const QueryRewrite& rewrite) {
    Proposal proposal{.text = rewrite.text, .edits = {}, .blocked = {}};
    for (const auto& edit : rewrite.edits) {
      auto in_file = use.text.replace(edit.span.begin, edit.span.end, edit.text);
      if (!in_file) {
        proposal.edits.clear();
        proposal.blocked = "the file's notation of this text cannot hold the change";
        break;
      }
      proposal.edits.push_back(std::move(*in_file));
    }
    return proposal;
  }

  /// The queries whose results a text reads: its own, or all of its panel.
  std::vector<size_t> queries_of(const documents::Use& use) const {
    std::vector<size_t> queries;
    if (use.belongs_to >= 0) {
      const auto index = static_cast<size_t>(use.belongs_to);
      if (index < judged_.size() && judged_[index]) queries.push_back(index);
      return queries;
    }
    if (use.panel < 0) return queries;
    for (size_t i = 0; i < judged_.size(); ++i) {
      const documents::Use& other = document_.uses[i];
      if (other.panel == use.panel && other.kind == documents::UseKind::query && judged_[i])
        queries.push_back(i);
    }
    return queries;
  }

  std::vector<const JudgedQuery*> read_by(const documents::Use& use) const {
    std::vector<const JudgedQuery*> queries;
    for (const size_t index : queries_of(use)) queries.push_back(&*judged_[index]);
    return queries;
  }

  std::vector<std::string> services(const JudgedQuery& judged) const {
    std::vector<std::string> names;
    bool all_kept = true;
    const auto& affected = judged.outcome.selection.affected;
    for (const Affected& one : affected) all_kept = all_kept && one.fate == Fate::kept;
    for (const Affected& one : affected) {
      if (one.fate == Fate::kept && !all_kept) continue;
      auto name = service_name(families_.mapping().changes[one.change]);
      if (std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(std::move(name));
    }
    return names;
  }

  const FamilyIndex& families_;
  const documents::Document& document_;
  std::vector<std::optional<JudgedQuery>> judged_;
  std::map<size_t, std::vector<TextEdit>> second_order_;  ///< of uses that read rules' results
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
    DocumentJudge& one = with_rules.emplace_back(i, DocumentJudge(families, documents[i])).second;
    one.judge_queries();
    one.collect_rules(recorded, alerts);
  }
  std::vector<std::vector<Finding>> by_document(documents.size());
  for (auto& [number, one] : with_rules)
    by_document[number] = one.judge_all(number, recorded, alerts);
  std::atomic<size_t> next{0};
  // An index remembers decisions: each thread has its own.
  const auto work = [&](const FamilyIndex& own) {
    for (size_t i; (i = next.fetch_add(1)) < others.size();) {
      DocumentJudge one(own, documents[others[i]]);
      one.judge_queries();
      by_document[others[i]] = one.judge_all(others[i], recorded, alerts);
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
