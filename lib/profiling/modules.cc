#include "profiling/modules.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include <atomic>

namespace profiling {
namespace {

constexpr std::string_view kDeleted = " (deleted)";

uint64_t next_id() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

Module::Kind kind_of(const FileIdentity& identity) {
  if (identity.path == "[vdso]") return Module::Kind::vdso;
  const bool is_file = identity.path.starts_with('/') && !identity.path.starts_with("//") &&
                       !identity.path.starts_with("/dev/zero") &&
                       !identity.path.starts_with("/anon_hugepage");
  return is_file ? Module::Kind::file : Module::Kind::anonymous;
}

/// The vdso's image: in our own memory as in everybody's. Its section headers are the last of it.
std::string_view own_vdso() {
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(::getauxval(AT_SYSINFO_EHDR));
  if (header == nullptr) return {};
  return {reinterpret_cast<const char*>(header),
          header->e_shoff + size_t{header->e_shnum} * header->e_shentsize};
}

/// Identifies the content, should the kernel not have said a build id.
std::string stat_key(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return fmt::format("{}:{}:{}:{}.{}", info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
                     info.st_mtim.tv_nsec);
}

/// Opens the file as the process has it: by its mapping, which also finds what is deleted or was
/// replaced, else in its root folder. Of a process that is gone the host's file of the same path,
/// if the build id says that it is the same.
bool open_file(uint32_t pid, uint64_t begin, uint64_t end, const FileIdentity& identity,
               Module& module) {
  const std::string candidates[] = {
      fmt::format("/proc/{}/map_files/{:x}-{:x}", pid, begin, end),
      fmt::format("/proc/{}/root{}", pid, module.path),
      fmt::format("/proc/{}/exe", pid),
      module.path,
  };
  for (size_t i = 0; i < std::size(candidates); ++i) {
    auto bytes = elf::FileBytes::open(candidates[i]);
    auto image = bytes ? elf::Image::read(*bytes) : std::nullopt;
    if (!image) continue;
    const bool is_proven =
        i == 0 || (!identity.build_id.empty() && image->build_id() == identity.build_id);
    const bool is_likely =
        i == 1 && identity.build_id.empty() && !identity.path.ends_with(kDeleted);
    if (!is_proven && !is_likely) continue;
    module.build_id = image->build_id();
    module.image = std::move(*image);
    module.bytes = std::move(bytes);
    return true;
  }
  return false;
}

}  // namespace

std::string_view Module::name() const {
  const std::string_view all = path;
  return all.substr(all.rfind('/') + 1);
}

const std::shared_ptr<const Module>& Module::of_kind(Kind kind) {
  static const auto all = [] {
    std::vector<std::shared_ptr<const Module>> made;
    for (const auto one :
         {Kind::file, Kind::vdso, Kind::anonymous, Kind::kernel, Kind::cut, Kind::broken}) {
      auto module = std::make_shared<Module>();
      module->id = next_id();
      module->kind = one;
      module->path = one == Kind::kernel ? "[kernel]" : "[anon]";
      made.push_back(std::move(module));
    }
    return made;
  }();
  return all[static_cast<size_t>(kind)];
}

std::shared_ptr<LoadedModule> ModuleCache::load(uint32_t pid, uint64_t begin, uint64_t end,
                                                const FileIdentity& identity) {
  const Module::Kind kind = kind_of(identity);
  if (kind == Module::Kind::anonymous) {
    auto loaded = std::make_shared<LoadedModule>();
    loaded->module = Module::of_kind(kind);
    loaded->has_rows = true;
    return loaded;
  }
  auto module = std::make_unique<Module>();
  module->kind = kind;
  module->path = identity.path;
  if (kind == Module::Kind::vdso) {
    module->bytes = std::make_unique<elf::MemoryBytes>(own_vdso());
    module->image = elf::Image::read(*module->bytes).value_or(elf::Image());
    return add("[vdso]", std::move(module));
  }
  if (module->path.ends_with(kDeleted)) module->path.resize(module->path.size() - kDeleted.size());
  std::string key = identity.build_id;
  if (key.empty()) key = stat_key(fmt::format("/proc/{}/map_files/{:x}-{:x}", pid, begin, end));
  if (key.empty()) key = stat_key(fmt::format("/proc/{}/root{}", pid, identity.path));
  if (key.empty()) key = fmt::format("{}:{}:{}", identity.device, identity.inode, identity.path);
  if (const auto found = modules_.find(key);
      found != modules_.end() && found->second->module->bytes) {
    found->second->used_at = ++uses_;
    return found->second;
  }
  if (!open_file(pid, begin, end, identity, *module)) module->build_id = identity.build_id;
  return add(std::move(key), std::move(module));
}

std::shared_ptr<LoadedModule> ModuleCache::add(std::string key, std::unique_ptr<Module> module) {
  if (const auto found = modules_.find(key); found != modules_.end()) {
    if (found->second->module->bytes || !module->bytes) return found->second;
    modules_.erase(found);  // Not opened then, but now.
  }
  if (modules_.size() >= kModulesMax) {
    auto oldest = modules_.begin();
    for (auto at = modules_.begin(); at != modules_.end(); ++at)
      if (at->second->used_at < oldest->second->used_at) oldest = at;
    modules_.erase(oldest);
  }
  module->id = next_id();
  auto loaded = std::make_shared<LoadedModule>();
  loaded->module = std::move(module);
  loaded->used_at = ++uses_;
  modules_.emplace(std::move(key), loaded);
  return loaded;
}

const elf::UnwindTable* ModuleCache::rows(LoadedModule& loaded) {
  loaded.used_at = ++uses_;
  const auto now = std::chrono::steady_clock::now();
  loaded.rows_used_at = now;
  if (!loaded.has_rows && now >= loaded.no_rows_until) {
    const Module& module = *loaded.module;
    elf::UnwindTable rows;
    if (module.bytes) rows = elf::UnwindTable::read(*module.bytes, module.image);
    if (make_room(rows.bytes(), now)) {
      loaded.rows = std::move(rows);
      loaded.has_rows = true;
      rows_bytes_ += loaded.rows.bytes();
    } else {
      loaded.no_rows_until = now + kRowsKept;
    }
  }
  return loaded.rows.rows().empty() ? nullptr : &loaded.rows;
}

bool ModuleCache::make_room(size_t bytes, std::chrono::steady_clock::time_point now) {
  // Counted anew: modules that were let go have taken their rows along.
  rows_bytes_ = 0;
  for (const auto& [key, loaded] : modules_) rows_bytes_ += loaded->rows.bytes();
  while (rows_bytes_ + bytes > rows_bytes_max_) {
    LoadedModule* oldest = nullptr;
    for (const auto& [key, loaded] : modules_)
      if (loaded->rows.bytes() > 0 && now - loaded->rows_used_at > kRowsKept &&
          (oldest == nullptr || loaded->rows_used_at < oldest->rows_used_at))
        oldest = loaded.get();
    if (oldest == nullptr) return false;
    rows_bytes_ -= oldest->rows.bytes();
    oldest->rows = {};
    oldest->has_rows = false;
  }
  return true;
}

void ModuleCache::forget_unused() {
  std::erase_if(modules_, [&](const auto& one) {
    return one.second.use_count() == 1 && one.second->used_at < uses_before_;
  });
  uses_before_ = uses_;
}

}  // namespace profiling
