#pragma once
#include <string>

#include "compiler/migrate/impact/bindings.h"
#include "compiler/migrate/impact/expression.h"
#include "compiler/migrate/impact/judge.h"
#include "logql/parser.h"

namespace compiler::migrate::impact {

/// A query for all values of its variables.
struct JudgedQuery {
  Verdict verdict = Verdict::same;
  Confidence confidence = Confidence::certain;
  std::string reason;
  Outcome outcome;  ///< for the choice of values that is worst
  std::vector<Bindings> choices;
};

/// `scope` may be nullptr. The verdict is that of all choices together: EMPTY when each that took
/// something takes nothing any more.
JudgedQuery judge_query(const FamilyIndex& families, const logql::Expr& expr,
                        const documents::VariableScope* scope);
/// The same for the query of a panel, to which Grafana adds the filters of the scope.
JudgedQuery judge_panel_query(const FamilyIndex& families, const logql::Expr& expr,
                              const documents::VariableScope* scope);

/// The services whose move causes a verdict: those that are not merely kept, when there are such.
std::vector<std::string> services_of(const FamilyIndex& families, const JudgedQuery& judged);

/// Of a text that is no query: UNKNOWN, with what is wrong and where.
JudgedQuery not_read(const logql::ParseError& error);

// What verdicts are worth while something that they rest on is not known: streams of some hosts
// (Mapping::missing), or whether the backend adds a label.

/// SAME becomes UNKNOWN when a missing host may move: it may be that host's streams that are lost.
JudgedQuery doubted(const streams::Mapping& mapping, JudgedQuery judged);

/// Of a finding that depends on streams: what changes is likely at best, and its text is not
/// edited, for a missing host may have what the old text finds.
void doubt(const streams::Mapping& mapping, Finding& finding);

/// Whether lines matter to a text, or streams alone.
enum class Reads : uint8_t { lines, streams };

/// Says what of the lines that a query finds is otherwise after the move (streams::LineNote):
/// nothing is certain then, and what finds the same streams may find other lines.
void note_lines(const FamilyIndex& families, Reads reads, JudgedQuery& judged);

/// Why a text must not be changed unseen: its lines would not be those of today. Empty: they are.
std::string hindrance_of_lines(const FamilyIndex& families, const JudgedQuery& judged);

/// Whether what it finds is sent to other backends.
bool goes_elsewhere(const FamilyIndex& families, const JudgedQuery& judged);

/// What reads a label that the backend may not add is not certain.
void note_assumption(const FamilyIndex& families, const documents::Use& use, Finding& finding);

/// Why a query may not be changed unseen though a change is known: it reads lines of a while
/// before, or text that anybody may type in. Empty: it may.
std::string hindrance_of(const documents::Use& use, const documents::VariableScope* scope);

}  // namespace compiler::migrate::impact
