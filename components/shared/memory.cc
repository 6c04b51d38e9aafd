#include "components/shared/memory.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.h"

namespace components {
namespace {

namespace fs = std::filesystem;

/// What counts against the limit: never less than what is reserved.
size_t claim(size_t held) {
  return std::max(held, Memory::kReserved);
}

/// memory.max of the control group and of those above it; SIZE_MAX without one. Version 2 only.
size_t control_group_limit() {
  const auto groups = base::read_file("/proc/self/cgroup", 4096);
  if (!groups) return SIZE_MAX;
  const size_t at = groups->find("0::/");
  if (at == groups->npos) return SIZE_MAX;
  fs::path group = groups->substr(at + 4, groups->find('\n', at) - at - 4);
  size_t limit = SIZE_MAX;
  for (;; group = group.parent_path()) {
    const auto text = base::read_file(fs::path("/sys/fs/cgroup") / group / "memory.max", 64);
    size_t bytes = 0;
    if (text && std::from_chars(text->data(), text->data() + text->size(), bytes).ec == std::errc())
      limit = std::min(limit, bytes);
    if (group.empty()) return limit;
  }
}

}  // namespace

Memory& Memory::of_process() {
  static Memory memory;
  return memory;
}

size_t Memory::default_limit() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), page_bytes = ::sysconf(_SC_PAGESIZE);
  const size_t machine =
      pages > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page_bytes) : SIZE_MAX;
  return std::min({kLimitMax, machine / 10, control_group_limit() / 4 * 3});
}

MemoryShare::MemoryShare(Memory& memory, Memory::Use use) : memory_(memory), use_(use) {
  memory_.claimed_ += claim(0);
}

MemoryShare::~MemoryShare() {
  memory_.held_[static_cast<size_t>(use_)] -= held_;
  memory_.claimed_ -= claim(held_);
}

void MemoryShare::add(size_t bytes) {
  const size_t before = held_.fetch_add(bytes);
  memory_.held_[static_cast<size_t>(use_)] += bytes;
  memory_.claimed_ += claim(before + bytes) - claim(before);
}

void MemoryShare::subtract(size_t bytes) {
  const size_t before = held_.fetch_sub(bytes);
  memory_.held_[static_cast<size_t>(use_)] -= bytes;
  memory_.claimed_ -= claim(before) - claim(before - bytes);
}

}  // namespace components
