#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "compiler/promtail/importer.h"

namespace compiler::promtail {

namespace {

constexpr size_t kFileBytesMax = size_t{16} << 20;
constexpr int kNotAll = 1;
constexpr int kUnusable = 2;
constexpr mode_t kMode = 0640;  // It may hold what others should not read.

std::string summary(size_t lost) {
  if (lost == 0) return "all settings are carried over\n";
  return fmt::format("{} {} not carried over\n", lost, lost == 1 ? "setting is" : "settings are");
}

}  // namespace

emit::CommandResult run_import(const Options& options) {
  emit::CommandResult result;
  auto text = base::read_file(options.file, kFileBytesMax);
  if (!text) return {kUnusable, "", "cfgc: " + text.error().message + "\n"};
  emit::Run run;
  const auto& file = run.sources.add(options.file.string(), std::move(*text));
  const std::string river = import_text(file, options, run.sources, run.diagnostics);
  const bool is_broken = run.diagnostics.has_errors();
  run.diagnostics.sort();
  result.err = river::diag::render(run.diagnostics, run.sources, options.check.format,
                                   options.check.columns);
  if (is_broken) {
    result.exit_code = kUnusable;
    return result;
  }
  if (options.out.empty()) {
    result.out = river;
  } else if (const auto written = base::write_file_atomic(options.out, river, kMode); !written) {
    return {kUnusable, "", result.err + "cfgc: " + written.error().message + "\n"};
  }
  result.err += summary(run.diagnostics.size());
  result.exit_code = run.diagnostics.empty() ? 0 : kNotAll;
  return result;
}

}  // namespace compiler::promtail
