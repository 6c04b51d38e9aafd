#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "river/diag/diagnostics.h"

namespace compiler::templates {

/// A template's file.
struct TemplateFile {
  std::filesystem::path path;
  bool is_jinja = false;                        ///< its suffix ends in .j2
  std::vector<std::filesystem::path> hidden{};  ///< of the same name with another suffix: not read
};

/// Which templates there are. In templates/ they are NAME.river, NAME.river.j2, NAME.alloy and
/// NAME.alloy.j2, the first of them counts. In a tree for Alloy, DIR/config.alloy.j2 (or with
/// another of these suffixes) is the default and DIR/NAME/config.alloy.j2 that of the host NAME.
struct TemplateFiles {
  std::filesystem::path folder;
  bool is_tree = false;
  std::map<std::string, TemplateFile, std::less<>> by_name;  ///< "default" is that of all others
  /// Files that nothing reads although they look like templates, with the name that each may have
  /// been meant for: puck.j2, puck.river.jinja2, puck/config.alloy.j2 outside of a tree.
  std::vector<std::pair<std::string, std::filesystem::path>> near_misses;
  std::vector<base::Error> io_errors;

  const TemplateFile* find(std::string_view name) const;
  /// The file relative to the folder.
  std::string relative(const std::filesystem::path& path) const;
};

TemplateFiles list_templates(const std::filesystem::path& folder);
TemplateFiles list_alloy_tree(const std::filesystem::path& folder);

/// Files that Jinja may include: those with a suffix of templates below the folder, bounded in
/// number.
std::vector<std::filesystem::path> files_for_jinja(const std::filesystem::path& folder);

}  // namespace compiler::templates
