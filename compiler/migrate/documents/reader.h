#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/migrate/documents/datasources.h"
#include "compiler/migrate/documents/document.h"

namespace compiler::migrate::documents {

struct DocumentFolders {
  std::vector<std::filesystem::path> dashboards;  ///< folders or files
  std::vector<std::filesystem::path> rules;
  std::vector<std::filesystem::path> docs;
};

struct ReadDocuments {
  std::vector<Document> documents;     ///< by path
  std::vector<base::Error> io_errors;  ///< files and folders that could not be read
};

/// Reads every *.json, *.yml, *.yaml (and *.md below docs) of the folders, on all cores; also with
/// .j2, .tpl or .tmpl after it; any other *.tmpl holds notification templates. *.tf and *.jsonnet
/// are listed only. What a file is, its content says, not its folder; what is no JSON or YAML, or
/// nothing known, has an Unrecognised. Datasource and library panel files among them are used for
/// resolving the others. `progress` is called after each file, by one thread at a time; false
/// stops.
using Progress = std::function<bool(size_t done, size_t all)>;
ReadDocuments read_documents(const DocumentFolders& folders, const Progress& progress = {});

/// How a file is to be read.
enum class FileType : uint8_t { json, yaml, markdown, program, notification };

/// Reads the text of a document, which holds path and text already.
void read_document(Document& document, FileType type, const Catalog& catalog);

}  // namespace compiler::migrate::documents
