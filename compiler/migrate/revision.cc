#include "compiler/migrate/revision.h"

#include <stdlib.h>

#include "base/program.h"
#include "compiler/emit/run.h"
#include "compiler/inventory/inventory.h"

namespace compiler::migrate {

namespace fs = std::filesystem;

namespace {

base::Result<std::string> run(std::vector<std::string> arguments) {
  const std::string program = arguments[0];
  auto output = base::run_program(std::move(arguments));
  if (!output) return tl::unexpected(output.error());
  if (output->exit_code != 0) return base::fail("{}: {}", program, output->err);
  return std::move(output->out);
}

}  // namespace

base::Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code problem;
  std::string name = (fs::temp_directory_path(problem) / "cfgc.XXXXXX").string();
  if (problem || ::mkdtemp(name.data()) == nullptr)
    return base::fail("cannot make a temporary folder {}", name);
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

base::Result<void> compile_today(const compiler::inventory::InventoryOptions& inventory,
                                 const compiler::emit::CheckOptions& check, const fs::path& folder,
                                 compiler::emit::Run& run) {
  const auto compiled = compiler::emit::compile_inventory(inventory, false, {}, check, run);
  if (!run.io_errors.empty() || run.diagnostics.has_errors())
    return base::fail("{} does not compile", inventory.inventory.string());
  if (auto written = compiler::emit::write_fleet(folder, compiled, true); !written)
    return tl::unexpected(written.error());
  return {};
}

base::Result<void> compile_revision(const std::string& revision,
                                    const compiler::inventory::InventoryOptions& inventory,
                                    const compiler::emit::CheckOptions& check,
                                    const fs::path& folder, compiler::emit::Run& found) {
  const auto tree = TemporaryFolder::make();
  if (!tree) return tl::unexpected(tree.error());
  std::error_code problem;
  const fs::path playbooks = inventory.playbook_dir.empty()
                                 ? compiler::inventory::deduced_playbook_dir(inventory.inventory)
                                 : inventory.playbook_dir;
  const fs::path top = fs::canonical(playbooks.empty() ? "." : playbooks, problem);
  if (problem) return base::fail("{}: {}", playbooks.string(), problem.message());
  const std::string archive = (tree->path() / "tree.tar").string();
  const fs::path content = tree->path() / "tree";
  fs::create_directory(content, problem);
  if (auto done = run({"git", "-C", top.string(), "archive", "--output", archive,
                       "--end-of-options", revision});
      !done)
    return tl::unexpected(done.error());
  if (auto done = run({"tar", "-xf", archive, "-C", content.string()}); !done)
    return tl::unexpected(done.error());
  compiler::inventory::InventoryOptions then = inventory;
  const auto as_it_was = [&](const fs::path& now) {
    return content / fs::canonical(now, problem).lexically_relative(top);
  };
  then.inventory = as_it_was(inventory.inventory);
  for (fs::path& one : then.more) one = as_it_was(one);
  if (!then.read.alloy_dir.empty()) then.read.alloy_dir = as_it_was(then.read.alloy_dir);
  then.playbook_dir = content;
  return compile_today(then, check, folder, found);
}

}  // namespace compiler::migrate
