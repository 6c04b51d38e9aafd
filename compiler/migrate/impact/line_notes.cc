#include <algorithm>

#include "compiler/migrate/impact/query.h"

namespace compiler::migrate::impact {

namespace {

using streams::LineNote;
using Kind = LineNote::Kind;

const std::vector<LineNote>& notes_of(const FamilyIndex& families, const Affected& one) {
  return families.mapping().changes[one.change].notes;
}

bool has(const std::vector<LineNote>& notes, Kind kind) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const LineNote& note) { return note.kind == kind; });
}

/// What follows for a query that finds the service's streams before and after.
Verdict verdict_of(const std::vector<LineNote>& notes, bool is_all) {
  if (has(notes, Kind::elsewhere)) return is_all ? Verdict::empty : Verdict::narrows;
  if (has(notes, Kind::more)) return Verdict::widens;
  if (has(notes, Kind::gone)) return Verdict::narrows;
  return has(notes, Kind::changed) ? Verdict::unknown : Verdict::same;
}

}  // namespace

void note_lines(const FamilyIndex& families, Reads reads, JudgedQuery& judged) {
  const Selection& selection = judged.outcome.selection;
  const bool is_all =
      !selection.others && !selection.maybe_others &&
      std::all_of(selection.affected.begin(), selection.affected.end(), [&](const Affected& one) {
        return has(notes_of(families, one), Kind::elsewhere);
      });
  for (const Affected& one : selection.affected) {
    const auto& notes = notes_of(families, one);
    const bool matters = reads == Reads::lines || has(notes, Kind::elsewhere);
    if (notes.empty() || (!matters && judged.verdict == Verdict::same)) continue;
    judged.confidence = std::max(judged.confidence, Confidence::likely);
    const bool stays = one.fate != Fate::lost && one.fate != Fate::gained;
    if (matters && stays) judged.verdict = worse(judged.verdict, verdict_of(notes, is_all));
    for (const LineNote& note : notes)
      if (judged.reason.find(note.sentence) == std::string::npos)
        judged.reason += (judged.reason.empty() ? "" : " ") + note.sentence;
  }
}

std::string hindrance_of_lines(const FamilyIndex& families, const JudgedQuery& judged) {
  for (const Affected& one : judged.outcome.selection.affected)
    for (const LineNote& note : notes_of(families, one))
      if (note.kind != Kind::copied) return note.sentence.substr(0, note.sentence.size() - 1);
  return {};
}

bool goes_elsewhere(const FamilyIndex& families, const JudgedQuery& judged) {
  const auto& affected = judged.outcome.selection.affected;
  return std::any_of(affected.begin(), affected.end(), [&](const Affected& one) {
    return has(notes_of(families, one), Kind::elsewhere);
  });
}

}  // namespace compiler::migrate::impact
