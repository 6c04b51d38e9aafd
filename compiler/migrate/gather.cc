#include "compiler/migrate/gather.h"

#include <iterator>

#include "compiler/migrate/impact/finding.h"
#include "compiler/migrate/impact/judge.h"
#include "compiler/migrate/streams/map.h"

namespace compiler::migrate {

namespace {

void add(streams::Mapping& mapping, streams::Mapping other) {
  std::move(other.changes.begin(), other.changes.end(), std::back_inserter(mapping.changes));
  std::move(other.unchanged.begin(), other.unchanged.end(), std::back_inserter(mapping.unchanged));
}

}  // namespace

void read_and_judge(const Input& input, Gathered& gathered) {
  report::Report& report = gathered.report;
  if (!input.map.empty()) {
    auto mapping = streams::read_map(input.map, gathered.run);
    if (mapping)
      add(report.fleet.mapping, std::move(*mapping));
    else
      gathered.run.io_errors.push_back(mapping.error());
  }
  documents::ReadDocuments read = read_documents(input.documents, input.progress);
  report.documents = std::move(read.documents);
  report.io_errors = std::move(read.io_errors);
  report.io_errors.insert(report.io_errors.end(), report.fleet.not_read.begin(),
                          report.fleet.not_read.end());
  report.findings = impact::judge(report.documents, report.fleet.mapping);
}

std::string problems(Gathered& gathered, const compiler::emit::CheckOptions& check) {
  if (!gathered.has_errors()) return {};
  gathered.run.diagnostics.sort();
  std::string text =
      river::diag::render(gathered.run.diagnostics, gathered.run.sources, check.format);
  for (const base::Error& error : gathered.run.io_errors) text += "cfgc: " + error.message + "\n";
  return text;
}

CommandResult show(Gathered& gathered, const Input& input, report::ReportFormat format) {
  CommandResult result;
  result.err = problems(gathered, input.fleet.check);
  // A question that cannot be asked (an unknown host, no such inventory) has no answer.
  if (!gathered.run.io_errors.empty()) {
    result.exit_code = kError;
    return result;
  }
  if (gathered.run.diagnostics.has_errors())
    gathered.report.io_errors.push_back(
        {"the inventory has errors: hosts that do not compile are missing here"});
  result.out = render(gathered.report, format);
  for (const base::Error& error : gathered.report.io_errors)
    result.err += "cfgc: " + error.message + "\n";
  result.exit_code = exit_code(gathered.report);
  return result;
}

}  // namespace compiler::migrate
