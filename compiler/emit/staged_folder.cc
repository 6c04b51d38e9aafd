#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "compiler/emit/run.h"

namespace compiler::emit {

namespace fs = std::filesystem;

namespace {

/// Creates folders, links files, copies symbolic links.
std::error_code link_tree(const fs::path& from, const fs::path& to) {
  std::error_code problem;
  fs::directory_iterator it(from, problem);
  for (; !problem && it != fs::directory_iterator(); it.increment(problem)) {
    const fs::path copy = to / it->path().filename();
    const fs::file_status status = it->symlink_status(problem);
    if (problem) break;
    if (fs::is_directory(status)) {
      fs::create_directory(copy, it->path(), problem);  // With its permissions.
      if (!problem) problem = link_tree(it->path(), copy);
    } else if (fs::is_symlink(status)) {
      fs::copy_symlink(it->path(), copy, problem);
    } else {
      fs::create_hard_link(it->path(), copy, problem);
    }
    if (problem) break;
  }
  return problem;
}

/// The permissions of a new folder.
mode_t new_folder_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0777 & ~mask;
}

}  // namespace

base::Result<StagedFolder> StagedFolder::make(const fs::path& folder) {
  std::error_code problem;
  fs::path target = fs::weakly_canonical(folder, problem);
  if (problem) return base::fail("{}: {}", folder.string(), problem.message());
  if (target.filename().empty()) target = target.parent_path();
  fs::create_directories(target.parent_path(), problem);
  std::string name =
      (target.parent_path() / fmt::format(".{}.XXXXXX", target.filename().string())).string();
  if (::mkdtemp(name.data()) == nullptr) return base::fail_errno(name, errno);
  StagedFolder staged(target, name);
  struct stat facts {};
  const bool exists = stat(target.c_str(), &facts) == 0;
  if (chmod(name.c_str(), exists ? facts.st_mode & 07777 : new_folder_mode()) != 0)
    return base::fail_errno(name, errno);
  if (exists) problem = link_tree(target, name);
  if (problem) return base::fail("{}: {}", name, problem.message());
  return staged;
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

base::Result<void> StagedFolder::replace() {
  std::error_code ignored;
  const unsigned flags = fs::exists(target_, ignored) ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), flags) != 0)
    return base::fail_errno(target_.string(), errno);
  if (flags == RENAME_NOREPLACE) path_.clear();  // Else it is what was there before.
  return {};
}

}  // namespace compiler::emit
