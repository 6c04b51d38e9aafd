#include <sys/stat.h>

#include <algorithm>

#include "base/files.h"
#include "compiler/cli/commands.h"
#include "compiler/emit/diff.h"
#include "river/diag/render.h"
#include "river/parser.h"
#include "river/printer.h"

namespace compiler::cli {
namespace {

using base::Result;

constexpr std::string_view kStandardInput = "-";

// Rewrites what a symbolic link leads to, not the link, and keeps the mode.
Result<void> rewrite(const std::string& path, std::string_view text) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  struct stat facts {};
  if (error || ::stat(target.c_str(), &facts) != 0) {
    return base::fail("cannot write {}: no such file", path);
  }
  return base::write_file_atomic(target, text, facts.st_mode & 07777);
}

class Formatter {
 public:
  explicit Formatter(const FmtOptions& options) : options_(options) {}

  void file(const std::string& name, Result<std::string> source) {
    if (!source) return fail(source.error().message);
    river::diag::SourceMap sources;
    river::diag::Diagnostics diagnostics;
    const auto& file = sources.add(name, std::move(*source));
    const auto tree = river::parse(file, diagnostics);
    if (!diagnostics.empty()) {
      diagnostics.sort();
      result_.err += river::diag::render(diagnostics, sources, river::diag::OutputFormat::text,
                                         river::diag::terminal_columns(STDERR_FILENO));
      return finding();
    }
    done(name, file.text, river::print(*tree));
  }

  void fail(std::string_view message) {
    result_.err += fmt::format("cfgc fmt: {}\n", message);
    result_.exit_code = 2;
  }

  FmtResult take() { return std::move(result_); }

 private:
  void finding() { result_.exit_code = std::max(result_.exit_code, 1); }

  void done(const std::string& name, std::string_view before, const std::string& after) {
    if (options_.write) {
      if (before == after) return;
      if (const auto written = rewrite(name, after); !written) fail(written.error().message);
    } else if (options_.check || options_.diff) {
      if (before == after) return;
      result_.out += options_.diff
                         ? emit::unified_diff(name, before, after, emit::Secrets::left_out)
                         : name + "\n";
      finding();
    } else {
      result_.out += after;
    }
  }

  const FmtOptions& options_;
  FmtResult result_;
};

std::string_view problem_with(const FmtOptions& options, size_t inputs) {
  if (options.write + options.check + options.diff > 1) {
    return "only one of --write, --check and --diff may be given";
  }
  const auto inputs_are_files = options.files.size() - inputs;
  if (options.write && (inputs > 0 || inputs_are_files == 0)) {
    return "--write needs files, standard input cannot be rewritten";
  }
  return inputs > 1 ? "standard input can be read only once" : "";
}

}  // namespace

FmtResult run_fmt(const FmtOptions& options, const std::function<std::string()>& input) {
  Formatter formatter(options);
  const auto inputs = std::count(options.files.begin(), options.files.end(), kStandardInput);
  if (const auto problem = problem_with(options, static_cast<size_t>(inputs)); !problem.empty()) {
    formatter.fail(problem);
    return formatter.take();
  }
  if (options.files.empty()) formatter.file("<stdin>", input());
  for (const auto& name : options.files) {
    name == kStandardInput ? formatter.file("<stdin>", input())
                           : formatter.file(name, base::read_file(name));
  }
  return formatter.take();
}

}  // namespace compiler::cli
