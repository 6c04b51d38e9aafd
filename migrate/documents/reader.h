#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "migrate/documents/document.h"

namespace migrate {

struct DocumentFolders {
  std::vector<std::filesystem::path> dashboards;  ///< folders or files
  std::vector<std::filesystem::path> rules;
  std::vector<std::filesystem::path> docs;
};

struct ReadDocuments {
  std::vector<Document> documents;     ///< by path
  std::vector<base::Error> io_errors;  ///< files that could not be read, or are no JSON/YAML
};

/// Reads every *.json, *.yml, *.yaml (and *.md below docs) of the folders, on all cores. What a
/// file is, its content says, not its folder. Datasource and library panel files among them are
/// used for resolving the others. `progress` is called after each file; false stops.
using Progress = std::function<bool(size_t done, size_t all)>;
ReadDocuments read_documents(const DocumentFolders& folders, const Progress& progress = {});

}  // namespace migrate
