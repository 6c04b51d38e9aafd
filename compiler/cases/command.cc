#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/files.h"
#include "base/mutex.h"
#include "compiler/cases/cases.h"
#include "river/parser.h"

namespace compiler::cases {

namespace fs = std::filesystem;
using river::config::Program;

namespace {

constexpr int kFailed = 1;
constexpr int kUnreadable = 2;
constexpr size_t kFileBytesMax = size_t{16} << 20;

bool is_suite(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".test.yml") || name.ends_with(".test.yaml");
}

/// The files of cases below a folder, in order; hidden folders are left out.
std::vector<fs::path> suites_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code problem;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied,
                                      problem);
  for (const fs::recursive_directory_iterator end; !problem && it != end; it.increment(problem)) {
    std::error_code ignored;
    if (it->path().filename().string().starts_with('.') && it->is_directory(ignored))
      it.disable_recursion_pending();
    else if (is_suite(it->path()) && it->is_regular_file(ignored))
      found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// A River file beside the file of cases.
std::string beside(const Suite& suite) {
  return (fs::path(suite.file).parent_path() / suite.config).lexically_normal().string();
}

void read_file_of_cases(const fs::path& path, std::vector<Suite>& suites, emit::Run& run) {
  auto text = base::read_file(path, kFileBytesMax);
  if (!text) {
    run.io_errors.push_back(text.error());
    return;
  }
  const auto& file = run.sources.add(path.lexically_normal().string(), std::move(*text));
  suites.push_back(read_suite(file, run.diagnostics));
  if (!suites.back().config.empty()) suites.back().config = beside(suites.back());
}

std::vector<Suite> read_suites(const Options& options, emit::Run& run) {
  std::vector<Suite> suites;
  for (const fs::path& path : options.paths) {
    std::error_code ignored;
    const bool is_folder = fs::is_directory(path, ignored);
    const auto files = is_folder ? suites_in(path) : std::vector<fs::path>{path};
    if (files.empty())
      run.io_errors.push_back({path.string() + ": there are no *.test.yml files in it"});
    for (const fs::path& file : files) read_file_of_cases(file, suites, run);
  }
  return suites;
}

/// Takes what is found on one configuration.
class Collector {
 public:
  explicit Collector(const std::vector<Suite>& suites) : suites_(suites) {}

  void run(std::string_view on, bool is_host, const Program& program,
           const river::diag::SourceMap& sources) {
    Coverage coverage;
    auto results = run_cases(suites_, on, is_host, program, sources, coverage);
    base::Lock lock(mutex_);
    report_.coverage.take(coverage);
    for (Result& result : results) report_.results.push_back(std::move(result));
  }

  /// In the order of the files, each case on one configuration after the other.
  Report take() {
    base::Lock lock(mutex_);
    std::stable_sort(
        report_.results.begin(), report_.results.end(), [](const Result& a, const Result& b) {
          return std::pair(a.one->span.begin, a.on) < std::pair(b.one->span.begin, b.on);
        });
    return std::move(report_);
  }

 private:
  const std::vector<Suite>& suites_;
  base::Mutex mutex_;
  Report report_ GUARDED_BY(mutex_);
};

void run_on_hosts(const std::vector<Suite>& suites, const Options& options, emit::Run& run,
                  Collector& collector) {
  inventory::InventoryOptions load = options.load;
  for (const Suite& suite : suites)
    for (const std::string& host : suite.hosts)
      if (std::find(load.only_hosts.begin(), load.only_hosts.end(), host) == load.only_hosts.end())
        load.only_hosts.push_back(host);
  if (load.only_hosts.empty()) return;
  river::diag::Diagnostics unknown;
  run.on_unknown_host = [&](std::string_view name, const std::string& message) {
    for (const Suite& suite : suites)
      for (size_t i = 0; i < suite.hosts.size(); ++i)
        if (suite.hosts[i] == name) unknown.error("F115", suite.host_spans[i], "{}", message);
  };
  compile_inventory(load, false, {}, options.check, run,
                    [&](const host::Host& host, const Program& program) {
                      collector.run(host.name, true, program, run.sources);
                    });
  run.on_unknown_host = nullptr;
  // What cfgc validate warns of is not said again.
  river::diag::Diagnostics errors = std::move(unknown);
  for (const auto& one : run.diagnostics.items())
    if (one.severity == river::diag::Severity::error) errors.add(one);
  run.diagnostics = std::move(errors);
}

void run_on_files(const std::vector<Suite>& suites, const Options& options, emit::Run& run,
                  Collector& collector) {
  std::set<std::string> configs;
  for (const Suite& suite : suites)
    if (!suite.config.empty()) configs.insert(suite.config);
  for (const std::string& config : configs) {
    auto files = base::read_config(config);
    if (!files) {
      run.io_errors.push_back(files.error());
      continue;
    }
    river::diag::Diagnostics found;
    const auto trees = river::config::load(std::move(*files), run.sources, found);
    std::vector<const river::ast::Tree*> views;
    for (const auto& tree : trees) views.push_back(tree.get());
    const auto program =
        river::config::resolve(views, options.check.catalog, options.check.stability, found);
    river::config::check(program, found);
    for (const auto& one : found.items())
      if (one.severity == river::diag::Severity::error) run.diagnostics.add(one);
    if (!found.has_errors()) collector.run(config, false, program, run.sources);
  }
}

std::string summary(const Report& report, const river::diag::SourceMap& sources) {
  size_t failed = 0;
  for (const Result& result : report.results) failed += result.difference.empty() ? 0 : 1;
  const auto sum = report.coverage.sum(sources);
  return fmt::format("{} of {} cases passed in {:.2f} s; they cover {} of {} rules and stages\n",
                     report.results.size() - failed, report.results.size(), report.seconds,
                     sum.covered, sum.steps);
}

/// Findings go where people look, and where a machine reads the results: a failure is there, too.
void show(const Report& report, emit::Run& run, const Options& options,
          emit::CommandResult& result) {
  emit::remove_accepted(run.sources, run.diagnostics);
  run.diagnostics.sort();
  result.out = render(report, run, options);
  const auto text = river::diag::render(run.diagnostics, run.sources, options.check.format,
                                        options.check.columns);
  (options.format == Format::text ? result.out : result.err) += text;
  for (const base::Error& error : run.io_errors) result.err += "cfgc: " + error.message + "\n";
}

}  // namespace

emit::CommandResult run_test(const Options& options) {
  emit::Run run;
  emit::CommandResult result;
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<Suite> suites = read_suites(options, run);
  if (!run.io_errors.empty() || run.diagnostics.has_errors()) {
    show(Report(), run, options, result);
    result.exit_code = kUnreadable;
    return result;
  }
  Collector collector(suites);
  run_on_hosts(suites, options, run, collector);
  run_on_files(suites, options, run, collector);
  Report report = collector.take();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const bool is_broken = run.diagnostics.has_errors();
  if (!is_broken && run.io_errors.empty()) report.coverage.report(run.sources, run.diagnostics);
  show(report, run, options, result);
  const bool has_failed = std::any_of(report.results.begin(), report.results.end(),
                                      [](const Result& one) { return !one.difference.empty(); });
  const bool is_denied = options.deny_warnings && !run.diagnostics.empty();
  if (is_broken || has_failed || is_denied) result.exit_code = kFailed;
  if (!run.io_errors.empty()) result.exit_code = kUnreadable;
  result.err += summary(report, run.sources);
  return result;
}

}  // namespace compiler::cases
