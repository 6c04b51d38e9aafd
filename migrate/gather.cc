#include "migrate/gather.h"

#include "migrate/judge/finding.h"

namespace migrate {

namespace {

constexpr int kError = 1;

}  // namespace

void read_and_judge(const Input& input, Gathered& gathered) {
  Report& report = gathered.report;
  ReadDocuments read = read_documents(input.documents, input.progress);
  report.documents = std::move(read.documents);
  report.io_errors = std::move(read.io_errors);
  report.findings = judge(report.documents, report.fleet.mapping);
}

std::string problems(Gathered& gathered, const compiler::CheckOptions& check) {
  if (!gathered.has_errors()) return {};
  const CommandResult said = compiler::finish(gathered.run, check, false);
  return said.out + said.err;
}

CommandResult show(Gathered& gathered, const Input& input, ReportFormat format) {
  CommandResult result;
  result.err = problems(gathered, input.fleet.check);
  result.out = render(gathered.report, format);
  result.exit_code = gathered.has_errors() ? kError : exit_code(gathered.report);
  return result;
}

}  // namespace migrate
