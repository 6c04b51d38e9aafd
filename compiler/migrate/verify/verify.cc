#include "compiler/migrate/verify/verify.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <optional>

#include "base/thread.h"
#include "compiler/migrate/report/formats.h"
#include "compiler/migrate/verify/countable.h"

namespace compiler::migrate::verify {
namespace {

using Clock = std::chrono::steady_clock;

/// What is asked once, however many findings need it.
struct Answer {
  bool given = false;
  std::string error;
  uint64_t lines = 0;
  uint64_t streams = 0;
};
using Answers = std::map<std::string, Answer>;  // By the text of LineQuery::query.

/// A finding with its two sides.
struct Task {
  size_t finding = 0;
  Countable before, after;
  std::string refused;
};

bool is_verifiable(const report::Row& row) {
  const bool asks =
      row.use.kind == documents::UseKind::query || row.use.kind == documents::UseKind::selector;
  return asks && row.use.language == documents::Language::logql && row.finding.proposal.has_value();
}

std::vector<Task> tasks_of(const report::Report& report) {
  std::vector<Task> tasks;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    const report::Row row = row_of(report, report.findings[i]);
    if (row.finding.verdict == impact::Verdict::same || !is_verifiable(row)) continue;
    Task task{i, countable(row.use.text.text()), countable(row.finding.proposal->text), {}};
    task.refused = task.before.refused.empty() ? task.after.refused : task.before.refused;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

void ask(LokiReader& reader, const LineQuery& query, const TimeRange& range, Answer& answer) {
  const auto lines = reader.lines(query, range, {});
  const auto streams = lines ? reader.streams(query.selector, range, {}) : lines;
  answer.given = lines && streams;
  if (!lines)
    answer.error = lines.error().message;
  else if (!streams)
    answer.error = "series: " + streams.error().message;
  else
    answer.lines = *lines, answer.streams = *streams;
}

/// Fills the answers on `parallel` threads, each with a connection of its own.
void ask_all(const std::map<std::string, LineQuery>& questions, const VerifyOptions& options,
             Answers& answers) {
  struct Job {
    const LineQuery* query;
    Answer* answer;
  };
  std::vector<Job> jobs;
  for (const auto& [text, query] : questions) jobs.push_back({&query, &answers[text]});
  const auto until = Clock::now() + options.time_max;
  std::atomic<size_t> next{0};
  const auto work = [&] {
    LokiReader reader(options.access, options.limits);
    for (size_t i; (i = next.fetch_add(1)) < jobs.size();) {
      if (Clock::now() >= until)
        jobs[i].answer->error = "not asked: the time for all questions was over";
      else
        ask(reader, *jobs[i].query, options.range, *jobs[i].answer);
    }
  };
  std::vector<base::Thread> helpers;
  for (size_t i = 1; i < std::min(options.parallel, jobs.size()); ++i)
    if (auto helper = base::Thread::start("verify", work)) helpers.push_back(std::move(*helper));
  work();
}

/// Adds one side's answers up; its first error instead.
std::string add_up(const Countable& side, const Answers& answers, uint64_t& lines,
                   uint64_t& streams) {
  for (const LineQuery& query : side.queries) {
    const Answer& answer = answers.at(query.query);
    if (!answer.given) return answer.error;
    lines += answer.lines;
    streams += answer.streams;
  }
  return {};
}

std::string_view meaning(const report::Comparison& counts) {
  if (counts.old_lines == 0 && counts.new_lines == 0)
    return "neither finds a line in this time: nothing was compared";
  if (counts.new_lines == 0)
    return "only the old query finds lines: the service has not moved in this time, or the "
           "proposal is wrong";
  if (counts.old_lines == 0) return "only the proposed query finds lines: the service has moved";
  if (counts.old_lines != counts.new_lines)
    return "both find lines, but not as many: the service moved within this time, or the proposal "
           "means something else";
  return "both find as many lines";
}

report::Comparison compare(const Task& task, const Answers& answers) {
  report::Comparison result;
  result.finding = task.finding;
  result.note = task.refused;
  if (!result.note.empty()) return result;
  const std::string old_error = add_up(task.before, answers, result.old_lines, result.old_streams);
  const std::string new_error = add_up(task.after, answers, result.new_lines, result.new_streams);
  if (!old_error.empty() || !new_error.empty()) {
    report::Comparison failed;
    failed.finding = task.finding;
    failed.note =
        old_error.empty() ? "the proposed query: " + new_error : "the old query: " + old_error;
    return failed;
  }
  result.asked = true;
  result.agrees = result.old_lines > 0 && result.old_lines == result.new_lines;
  result.note = meaning(result);
  for (const std::string& assumed : task.before.assumed) result.note += "; " + assumed;
  return result;
}

}  // namespace

TimeRange until_now(std::chrono::seconds length) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto in_ns = [](auto time) {
    return static_cast<int64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
  };
  return {in_ns(now - length), in_ns(now)};
}

base::Result<std::vector<report::Comparison>> verify(const report::Report& report,
                                                     const VerifyOptions& options) {
  const std::string where =
      (options.access.url.scheme == io::http::Url::Scheme::https ? "https://" : "http://") +
      options.access.url.host_header() + options.access.url.target;
  LokiReader first(options.access, options.limits);
  if (const auto there = first.probe(options.range, {}); !there)
    return base::in_context(where, there.error());
  const std::vector<Task> tasks = tasks_of(report);
  std::map<std::string, LineQuery> questions;
  for (const Task& task : tasks) {
    if (!task.refused.empty()) continue;
    for (const Countable* side : {&task.before, &task.after})
      for (const LineQuery& query : side->queries) questions.emplace(query.query, query);
  }
  Answers answers;
  ask_all(questions, options, answers);
  std::vector<report::Comparison> comparisons;
  for (const Task& task : tasks) comparisons.push_back(compare(task, answers));
  return comparisons;
}

}  // namespace compiler::migrate::verify
