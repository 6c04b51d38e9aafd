#include "compiler/migrate/documents/read_one.h"

#include <fmt/format.h>

#include "compiler/migrate/documents/gatherer.h"
#include "compiler/migrate/documents/markdown.h"
#include "compiler/migrate/documents/program_text.h"
#include "compiler/migrate/documents/wrappers.h"

namespace compiler::migrate::documents {

namespace {

constexpr const char* kNothingKnown =
    "not a dashboard, rule file, notification policy or datasource that is known";

void read_tree(const Tree& tree, Gatherer& out) {
  if (!search(tree.root(), out)) out.unrecognised(tree.root(), kNothingKnown);
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
      fmt::format("not YAML as it stands: {}{}", error->message,
                  is_template ? "; a Helm or Jinja template must be rendered first" : ""));
}

}  // namespace

void read_document(Document& document, FileType type, const Catalog& catalog) {
  Gatherer out(document, catalog);
  const Excerpt whole = Excerpt::of_file(document.text);
  if (type == FileType::json) read_json_file(whole, out);
  if (type == FileType::yaml) read_yaml_file(whole, out);
  if (type == FileType::markdown) gather_markdown(whole, out);
  if (type == FileType::program) list_program(whole, out);
  if (document.kind.empty()) document.kind = "unknown";
}

}  // namespace compiler::migrate::documents
