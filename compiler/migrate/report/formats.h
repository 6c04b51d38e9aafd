#pragma once
#include <fmt/format.h>

#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/impact/judge.h"
#include "compiler/migrate/report/report.h"
#include "compiler/migrate/streams/state.h"

/// The formats behind render(), and what they share.
namespace compiler::migrate::report {

/// A finding with what it stands on; all of the report's.
struct Row {
  const impact::Finding& finding;
  const documents::Document& document;
  const documents::Use& use;
  const Comparison* comparison = nullptr;  ///< nullptr: not verified
};
Row row_of(const Report& report, const impact::Finding& finding);

/// What nothing could be said about: uses with Verdict::unknown, and parts of documents that were
/// not recognised. In document order.
struct UnknownPart {
  const documents::Document* document;
  uint32_t line;
  uint32_t column;
  const std::string* pointer;
  const std::vector<std::string>* title;
  const std::string* what;
};
std::vector<UnknownPart> unknown_parts(const Report& report);

/// Queries of the documents that are not for logs, by why: what `coverage` does not count.
std::map<std::string, size_t> passed(const Report& report);

/// "12 seen = 10 judged + 2 unknown".
std::string coverage_text(const Coverage& counts);

/// "5 lines in 1 stream before, 5 lines in 2 streams after: both find as many lines".
std::string comparison_text(const Comparison& comparison);

/// "file:line:column" with what is not known left out.
std::string place(std::string_view file, uint32_t line, uint32_t column);
std::string joined(const std::vector<std::string>& parts, std::string_view between);
/// "1 stream", "3 streams".
std::string counted(size_t count, std::string_view thing);

std::string render_text(const Report& report, bool colour);
std::string render_markdown(const Report& report);
std::string render_html(const Report& report);
std::string render_json(const Report& report);
std::string render_sarif(const Report& report);

/// A page that is written from top to bottom into one string.
class Lines {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  void blank() { out_ += '\n'; }
  void append(std::string_view text) { out_ += text; }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Enumerators as the report for machines spells them: as they are written in the headers.

std::string_view spelled(documents::UseKind kind);
std::string_view spelled(documents::Language language);
std::string_view spelled(streams::Blocker::Kind kind);
std::string_view spelled(impact::Transition::Kind kind);

/// What a transition is, for people.
std::string_view described(impact::Transition::Kind kind);

}  // namespace compiler::migrate::report
