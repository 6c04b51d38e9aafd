#include "compiler/templates/files.h"

#include <algorithm>

#include "base/files.h"

namespace compiler::templates {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSuffixes[] = {".river", ".river.j2", ".alloy", ".alloy.j2"};
constexpr std::string_view kJinjaSuffix = ".j2";
constexpr std::string_view kTreeStem = "config";
constexpr size_t kJinjaFilesMax = 1000;

/// Index in kSuffixes of what a file's name ends in, and the name before it.
struct Named {
  std::string name;
  size_t suffix = std::size(kSuffixes);
};

Named name_of(const fs::path& path) {
  const std::string file = path.filename();
  for (size_t i = 0; i < std::size(kSuffixes); ++i)
    if (file.ends_with(kSuffixes[i]) && file.size() > kSuffixes[i].size())
      return {file.substr(0, file.size() - kSuffixes[i].size()), i};
  return {};
}

std::vector<fs::path> sorted_entries(const fs::path& folder, std::vector<base::Error>& errors) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) return {};
  std::vector<fs::path> entries = base::list_folder(folder, problem);
  if (problem) errors.push_back({folder.string() + ": " + problem.message()});
  return entries;
}

/// "puck" of puck.j2, puck.rvr, puck.river.jinja2; empty: it does not look like a template of ours.
std::string near_name_of(const fs::path& path) {
  constexpr std::string_view kEnds[] = {".rvr", ".river", ".alloy"};
  constexpr std::string_view kJinjaEnds[] = {".j2", ".jinja", ".jinja2", ".tmpl", ".tpl"};
  std::string name = path.filename();
  const auto cut = [&](std::string_view end) {
    if (!name.ends_with(end)) return false;
    name.resize(name.size() - end.size());
    return true;
  };
  const bool is_jinja = std::any_of(std::begin(kJinjaEnds), std::end(kJinjaEnds), cut);
  const bool is_river = std::any_of(std::begin(kEnds), std::end(kEnds), cut);
  // "default.j2" may be the template of anything.
  return is_river || (is_jinja && name != "default") ? name : "";
}

/// Adds the templates of a folder; `as` empty: by their names, else what is called config by `as`.
void add(const fs::path& folder, std::string_view as, TemplateFiles& files) {
  const std::vector<fs::path> entries = sorted_entries(folder, files.io_errors);
  for (size_t suffix = 0; suffix < std::size(kSuffixes); ++suffix)
    for (const fs::path& path : entries) {
      const Named named = name_of(path);
      if (named.suffix != suffix || (!as.empty() && named.name != kTreeStem)) continue;
      const std::string name = as.empty() ? named.name : std::string(as);
      const auto [at, is_new] =
          files.by_name.try_emplace(name, TemplateFile{path, path.extension() == kJinjaSuffix});
      if (!is_new) at->second.hidden.push_back(path);
    }
  // A host's folder in a tree is there for a template: what looks like one is meant as one.
  const bool lacks_one = !as.empty() && !files.by_name.contains(as);
  for (const fs::path& path : entries) {
    const std::string name = name_of(path).name;
    const std::string near = name.empty() ? near_name_of(path) : lacks_one ? name : "";
    if (!near.empty() && (as.empty() || near == kTreeStem || lacks_one))
      files.near_misses.emplace_back(as.empty() ? near : std::string(as), path);
  }
}

/// Adds what is written in the layout of a tree, which is read on demand only.
void add_trees(const fs::path& folder, TemplateFiles& files) {
  std::error_code ignored;
  for (const fs::path& entry : sorted_entries(folder, files.io_errors)) {
    if (!fs::is_directory(entry, ignored)) continue;
    for (const fs::path& path : sorted_entries(entry, files.io_errors))
      if (name_of(path).name == kTreeStem)
        files.near_misses.emplace_back(entry.filename().string(), path);
  }
}

}  // namespace

const TemplateFile* TemplateFiles::find(std::string_view name) const {
  const auto at = by_name.find(name);
  return at != by_name.end() ? &at->second : nullptr;
}

std::string TemplateFiles::relative(const fs::path& path) const {
  return path.lexically_relative(folder).generic_string();
}

TemplateFiles list_templates(const fs::path& folder) {
  TemplateFiles files{folder, false, {}, {}, {}};
  add(folder, "", files);
  add_trees(folder, files);
  return files;
}

TemplateFiles list_alloy_tree(const fs::path& folder) {
  TemplateFiles files{folder, true, {}, {}, {}};
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    files.io_errors.push_back({folder.string() + ": no such folder"});
  add(folder, "default", files);
  for (const fs::path& entry : sorted_entries(folder, files.io_errors))
    if (fs::is_directory(entry, ignored) && entry.filename() != "default")
      add(entry, entry.filename().string(), files);
  return files;
}

std::vector<fs::path> files_for_jinja(const fs::path& folder) {
  constexpr std::string_view kIncluded[] = {".j2", ".jinja", ".jinja2", ".river", ".alloy"};
  std::vector<fs::path> found;
  std::error_code problem;
  fs::recursive_directory_iterator it(folder, problem);
  for (; !problem && it != fs::recursive_directory_iterator() && found.size() < kJinjaFilesMax;
       it.increment(problem)) {
    const std::string extension = it->path().extension();
    if (std::find(std::begin(kIncluded), std::end(kIncluded), extension) != std::end(kIncluded) &&
        it->is_regular_file(problem))
      found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace compiler::templates
