#include "compiler/migrate/documents/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/files.h"
#include "base/thread.h"
#include "compiler/migrate/documents/gatherer.h"
#include "compiler/migrate/documents/kinds.h"

namespace compiler::migrate::documents {

namespace {

namespace fs = std::filesystem;

struct Found {
  fs::path path;
  FileType type = FileType::json;
};

/// What the name of a file says; nullopt: it cannot hold anything of ours. A final .j2, .tpl or
/// .tmpl says that it is a template, which may be YAML all the same.
std::optional<FileType> type_of(fs::path path, bool in_docs) {
  const bool is_go_template = path.extension() == ".tmpl";
  if (path.extension() == ".j2" || path.extension() == ".tpl" || path.extension() == ".tmpl")
    path.replace_extension();
  const std::string ending = path.extension();
  if (ending == ".json") return FileType::json;
  if (ending == ".yml" || ending == ".yaml") return FileType::yaml;
  if (ending == ".tf" || ending == ".jsonnet" || ending == ".libsonnet") return FileType::program;
  if (in_docs && (ending == ".md" || ending == ".markdown")) return FileType::markdown;
  if (is_go_template && !in_docs) return FileType::notification;
  return std::nullopt;
}

class Finder {
 public:
  explicit Finder(ReadDocuments& result) : result_(result) {}

  void add(const std::vector<fs::path>& places, bool in_docs) {
    for (const fs::path& place : places) add(place, in_docs);
  }
  std::vector<Found> files();

 private:
  void add(const fs::path& place, bool in_docs);
  void fail(const fs::path& place, const std::error_code& error) {
    result_.io_errors.push_back({fmt::format("{}: {}", place.string(), error.message())});
  }

  ReadDocuments& result_;
  std::vector<Found> found_;
};

/// A file that is named gets read whatever it is called; of a folder, what can hold something.
void Finder::add(const fs::path& place, bool in_docs) {
  std::error_code error;
  const auto status = fs::status(place, error);
  if (error) return fail(place, error);
  if (!fs::is_directory(status)) {
    found_.push_back(
        {place, type_of(place, in_docs).value_or(in_docs ? FileType::markdown : FileType::yaml)});
    return;
  }
  const auto options = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator files(place, options, error);
  for (; !error && files != fs::recursive_directory_iterator(); files.increment(error)) {
    const std::string name = files->path().filename();
    if (name == ".git" || name == "node_modules") files.disable_recursion_pending();
    const auto type = type_of(files->path(), in_docs);
    std::error_code ignored;
    if (type && files->is_regular_file(ignored)) found_.push_back({files->path(), *type});
  }
  if (error) fail(place, error);
}

std::vector<Found> Finder::files() {
  const auto by_path = [](const Found& a, const Found& b) { return a.path < b.path; };
  std::sort(found_.begin(), found_.end(), by_path);
  const auto same = [](const Found& a, const Found& b) { return a.path == b.path; };
  found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
  return std::move(found_);
}

/// Whether a file can hold datasources or library panels: most dashboards need not be read twice.
bool may_define(std::string_view text) {
  for (const std::string_view mark :
       {"datasources", "\"model\"", "GrafanaDatasource", "GrafanaLibraryPanel"})
    if (text.find(mark) != std::string_view::npos) return true;
  return false;
}

void add_definitions(const Document& document, FileType type, Catalog& catalog) {
  if (!may_define(document.text)) return;
  const Excerpt whole = Excerpt::of_file(document.text);
  if (type == FileType::json)
    if (const auto tree = read_json(whole)) catalog.add(tree->root());
  std::optional<TreeError> error;
  if (type == FileType::yaml)
    for (const Tree& tree : read_yaml(whole, error)) catalog.add(tree.root());
}

constexpr const char* kNothingKnown =
    "not a dashboard, rule file, notification policy or datasource that is known";

void read_tree(const Tree& tree, Gatherer& out) {
  if (!search(tree.root(), out)) return out.unrecognised(tree.root(), kNothingKnown);
  sweep(tree.root(), out);
}

/// As Windows tools write it.
bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

void read_json_file(const Excerpt& whole, Gatherer& out) {
  TreeError error;
  const auto tree = read_json(whole, &error);
  if (tree) return read_tree(*tree, out);
  out.unrecognised_at(error.at, "", fmt::format("not JSON: {}", error.message));
}

/// Files that are rendered first look like YAML in part; which part is never guessed at.
void read_yaml_file(const Excerpt& whole, Gatherer& out) {
  std::optional<TreeError> error;
  const auto trees = read_yaml(whole, error);
  for (const Tree& tree : trees) read_tree(tree, out);
  if (trees.empty() && !error) return out.unrecognised_at(0, "", "an empty file");
  if (!error) return;
  const bool is_template =
      whole.text().find("{{") != std::string::npos || whole.text().find("{%") != std::string::npos;
  out.unrecognised_at(
      error->at, "",
      fmt::format("not valid YAML: {}{}", error->message,
                  is_template ? "; a Helm or Jinja template must be rendered first" : ""));
}

}  // namespace

ReadDocuments read_documents(const DocumentFolders& folders, const Progress& progress) {
  ReadDocuments result;
  Finder finder(result);
  finder.add(folders.dashboards, false);
  finder.add(folders.rules, false);
  finder.add(folders.docs, true);
  std::vector<FileType> types;
  Catalog catalog;
  for (const Found& file : finder.files()) {
    auto text = base::read_file(file.path);
    if (!text) {
      result.io_errors.push_back(text.error());
      continue;
    }
    Document& document = result.documents.emplace_back();
    document.path = file.path;
    document.text = std::move(*text);
    types.push_back(file.type);
    add_definitions(document, file.type, catalog);
  }
  std::mutex mutex;
  size_t done = 0;
  bool goes_on = true;
  base::parallel_for(types.size(), [&](size_t i) {
    {
      const std::lock_guard lock(mutex);
      if (!goes_on) return;
    }
    read_document(result.documents[i], types[i], catalog);
    const std::lock_guard lock(mutex);
    if (progress && !progress(++done, types.size())) goes_on = false;
  });
  return result;
}

void read_document(Document& document, FileType type, const Catalog& catalog) {
  Gatherer out(document, catalog);
  const Excerpt whole = Excerpt::of_file(document.text);
  if (is_utf16(document.text)) {
    document.kind = "unknown";
    return out.unrecognised_at(0, "", "a text in UTF-16; save it as UTF-8");
  }
  if (type == FileType::json) read_json_file(whole, out);
  if (type == FileType::yaml) read_yaml_file(whole, out);
  if (type == FileType::markdown) gather_markdown(whole, out);
  if (type == FileType::program) list_program(whole, out);
  if (type == FileType::notification) gather_template_file(whole, out);
  if (document.kind.empty()) document.kind = "unknown";
}

}  // namespace compiler::migrate::documents
