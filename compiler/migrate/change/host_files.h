#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/inventory/inventory.h"
#include "compiler/migrate/change/yaml_edit.h"

namespace compiler::migrate::change {

/// A file as it is and as it is to be.
struct FileChange {
  std::filesystem::path path;
  std::string before;  ///< empty: there is no such file yet
  std::string after;
};

/// Edits the variables of hosts in their own files, host_vars/HOST.yml; groups' files, which other
/// hosts read as well, are never touched. Nothing is written: see changes().
class HostFiles {
 public:
  explicit HostFiles(const compiler::inventory::InventoryOptions& options);

  /// Files of the inventory that could not be read.
  const std::vector<base::Error>& io_errors() const { return inventory_.io_errors; }

  /// A service's listener becomes a reserved port and discovery is on. `dual_until`: the day until
  /// which the streams keep the listener's label, too; empty: they do not, and no longer if they
  /// did.
  base::Result<void> move(std::string_view host, std::string_view service,
                          std::string_view dual_until);
  /// Takes the variable SERVICE_syslog_port out.
  base::Result<void> clean_up(std::string_view host, std::string_view service);

  /// Files that differ by now, by path.
  std::vector<FileChange> changes() const;

 private:
  struct OpenFile {
    std::string before;
    YamlEditor editor;
  };
  base::Result<YamlEditor*> open(const std::filesystem::path& path);
  base::Result<YamlEditor*> own_file(const compiler::inventory::HostEntry& host,
                                     std::string_view key);
  std::string_view file_of(river::diag::Span span) const;

  river::diag::SourceMap sources_;
  river::diag::Diagnostics diagnostics_;
  compiler::inventory::Inventory inventory_;
  std::map<std::filesystem::path, OpenFile> files_;
};

}  // namespace compiler::migrate::change
