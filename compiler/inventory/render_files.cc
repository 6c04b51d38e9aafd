#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "compiler/inventory/render.h"
#include "compiler/inventory/render_request.h"

namespace compiler::inventory {

namespace {

using Json = nlohmann::json;
using river::diag::SourceFile;

/// The files by their names, and places in them.
class Places {
 public:
  explicit Places(const std::vector<JinjaFile>& files) {
    for (const JinjaFile& file : files) files_.emplace(file.name, file.source);
  }

  /// The offset of a line's first byte.
  uint32_t offset(const std::string& name, uint32_t line) const {
    const SourceFile& file = *files_.at(name);
    const auto last = static_cast<uint32_t>(file.line_starts.size());
    return file.base + file.line_starts[std::clamp(line, 1u, last) - 1];
  }

  /// What is written on a line.
  river::diag::Span line(const std::string& name, uint32_t number) const {
    const SourceFile& file = *files_.at(name);
    const auto last = static_cast<uint32_t>(file.line_starts.size());
    const std::string_view text = file.line(std::clamp(number, 1u, last));
    const size_t first = std::min(text.find_first_not_of(" \t\r"), text.size());
    const size_t end = text.find_last_not_of(" \t\r") + 1;
    const uint32_t begin = offset(name, number) + static_cast<uint32_t>(first);
    return {begin, begin + static_cast<uint32_t>(std::max(end, first + 1) - first)};
  }

  const std::string& shown(const std::string& name) const { return files_.at(name)->name; }

 private:
  std::map<std::string, const SourceFile*, std::less<>> files_;
};

/// The text with the places of its lines in the SourceMap.
const SourceFile* take_in(const Json& answer, const std::string& file, const Places& places,
                          river::diag::SourceMap& sources) {
  std::vector<uint32_t> written_at;
  for (const Json& line : answer["lines"])
    written_at.push_back(places.offset(line[0].get<std::string>(), line[1].get<uint32_t>()));
  std::string text = answer["text"].get<std::string>();
  const auto lines = 1 + static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  written_at.resize(lines, places.offset(file, 1));
  return &sources.add_made(places.shown(file), std::move(text), std::move(written_at));
}

}  // namespace

std::vector<const SourceFile*> render_files(const std::vector<RenderFileJob>& jobs,
                                            const std::vector<JinjaFile>& files,
                                            const Inventory& inventory,
                                            river::diag::SourceMap& sources,
                                            river::diag::Diagnostics& diagnostics) {
  std::vector<const SourceFile*> made(jobs.size());
  if (jobs.empty()) return made;
  const Places places(files);
  RenderRequest request(inventory);
  for (const JinjaFile& file : files) request.add_file(file.name, file.source->text);
  for (const RenderFileJob& job : jobs) {
    request.add_host(*job.host);
    request.add_template(job.file);
  }
  const auto rows = request.run();
  if (!rows) {
    diagnostics.error("F014", places.line(jobs[0].file, 1), "cannot render the Jinja templates: {}",
                      rows.error().message);
    return made;
  }
  RenderFailures failures;
  for (size_t i = 0; i < jobs.size(); ++i) {
    const Json& answer = (*rows)[i][0];
    if (answer.contains("text")) {
      made[i] = take_in(answer, jobs[i].file, places, sources);
      continue;
    }
    const std::string at = answer.value("file", jobs[i].file);
    failures.add(answer, *jobs[i].host, places.line(at, answer.value("line", 1u)));
  }
  failures.report(diagnostics);
  return made;
}

}  // namespace compiler::inventory
