#pragma once
#include <filesystem>
#include <string>

#include "base/result.h"
#include "compiler/emit/run.h"

namespace compiler::migrate {

/// A folder below the system's temporary one that goes with its owner.
class TemporaryFolder {
 public:
  static base::Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Compiles the inventory as it stands in the work tree to FOLDER/HOST/config.river.
base::Result<void> compile_today(const compiler::inventory::InventoryOptions& inventory,
                                 const compiler::emit::CheckOptions& check,
                                 const std::filesystem::path& folder, compiler::emit::Run& run);

/// Compiles the inventory as it stood in a git revision. `inventory` must be in a git work tree;
/// only reads from it.
base::Result<void> compile_revision(const std::string& revision,
                                    const compiler::inventory::InventoryOptions& inventory,
                                    const compiler::emit::CheckOptions& check,
                                    const std::filesystem::path& folder, compiler::emit::Run& run);

}  // namespace compiler::migrate
