#include "profiling/symbolizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/files.h"

namespace profiling {
namespace {

constexpr size_t kKallsymsBytesMax = size_t{64} << 20;
constexpr size_t kPerfMapBytesMax = size_t{64} << 20;
/// Modules of the kernel come and go: an address without a name is looked for again, but not more
/// often than this, as the kernel takes 0.3 s of CPU time to print the list.
constexpr std::chrono::minutes kKernelAgain{10};

/// The last of the pids in "NSpid:\t1000\t7": the one that the process knows itself by.
std::string own_pid_of(uint32_t pid) {
  const std::string status =
      base::read_file(fmt::format("/proc/{}/status", pid), 65536).value_or("");
  const size_t at = status.find("\nNSpid:");
  if (at == std::string::npos) return fmt::format("{}", pid);
  std::string_view line = std::string_view(status).substr(at + 1);
  line = line.substr(0, line.find('\n'));
  return std::string(line.substr(line.find_last_of("\t ") + 1));
}

std::string read_perf_map(uint32_t pid) {
  return base::read_regular_file(fmt::format("/proc/{}/root/tmp/perf-{}.map", pid, own_pid_of(pid)),
                                 kPerfMapBytesMax)
      .value_or("");
}

bool has_anonymous(const ProcessWindow& process) {
  for (const auto& [stack, count] : process.stacks)
    for (const Frame& frame : stack)
      if (frame.module->kind == Module::Kind::anonymous) return true;
  return false;
}

void add_debug_file(const Module& module, std::vector<elf::WantedName>& wanted) {
  const auto bytes = elf::FileBytes::open(elf::debug_file_path(module.build_id));
  const auto image = bytes ? elf::Image::read(*bytes) : std::nullopt;
  if (image && image->build_id() == module.build_id)
    elf::find_symbols(*bytes, *image, ".symtab", wanted);
}

}  // namespace

std::vector<Profile> Symbolizer::resolve(const Window& window, const std::stop_token& stop) {
  if (names_bytes_ > kNamesBytesMax) {
    names_.clear();
    names_bytes_ = 0;
  }
  find_names(window, stop);
  std::vector<Profile> profiles;
  profiles.reserve(window.processes.size());
  for (const auto& process : window.processes) profiles.push_back(resolve(window, *process));
  return profiles;
}

void Symbolizer::find_names(const Window& window, const std::stop_token& stop) {
  std::unordered_map<const Module*, std::vector<elf::WantedName>> wanted;
  for (const auto& process : window.processes)
    for (const auto& [stack, count] : process->stacks)
      for (const Frame& frame : stack) {
        const auto kind = frame.module->kind;
        const bool has_file = kind == Module::Kind::file || kind == Module::Kind::vdso;
        if ((has_file || kind == Module::Kind::kernel) &&
            !names_.contains({frame.module->id, frame.address}))
          wanted[frame.module].push_back({frame.address, {}});
      }
  for (auto& [module, addresses] : wanted) {
    if (stop.stop_requested()) return;
    std::sort(addresses.begin(), addresses.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    addresses.erase(
        std::unique(addresses.begin(), addresses.end(),
                    [](const auto& a, const auto& b) { return a.address == b.address; }),
        addresses.end());
    if (module->kind == Module::Kind::kernel)
      find_kernel_names(addresses);
    else
      find_names(*module, addresses);
    for (const elf::WantedName& one : addresses) keep(*module, one);
  }
}

void Symbolizer::find_names(const Module& module, std::vector<elf::WantedName>& wanted) {
  if (!module.bytes) return;
  elf::find_symbols(*module.bytes, module.image, ".symtab", wanted);
  if (module.image.section(".symtab") == nullptr && !module.build_id.empty())
    add_debug_file(module, wanted);
  elf::find_symbols(*module.bytes, module.image, ".dynsym", wanted);
  elf::find_go_functions(*module.bytes, module.image, wanted);
}

void Symbolizer::find_kernel_names(std::vector<elf::WantedName>& wanted) {
  const auto now = std::chrono::steady_clock::now();
  if (!kernel_is_read_ || (kernel_.sorted.empty() && now - kernel_read_at_ > kKernelAgain)) {
    kernel_is_read_ = true;
    kernel_read_at_ = now;
    kernel_ =
        process::parse_kallsyms(base::read_file("/proc/kallsyms", kKallsymsBytesMax).value_or(""));
  }
  for (elf::WantedName& one : wanted) one.name = kernel_.find(one.address);
}

void Symbolizer::keep(const Module& module, const elf::WantedName& found) {
  std::string name;
  const std::string_view symbol = without_version(found.name);
  if (!symbol.empty())
    name = printable(demangle(symbol, demangle_));
  else if (module.kind == Module::Kind::kernel)
    name = "[kernel]";
  else
    name = printable(fmt::format("{}+0x{:x}", module.name(), found.address));
  names_bytes_ += name.size() + 64;
  names_[{module.id, found.address}] = std::move(name);
}

std::string Symbolizer::name_of(const Frame& frame,
                                const std::vector<process::JitFunction>& jit) const {
  switch (frame.module->kind) {
    case Module::Kind::cut:
      return "[truncated]";
    case Module::Kind::broken:
      return "[unknown]";
    case Module::Kind::anonymous: {
      const process::JitFunction* function = process::find_function(jit, frame.address);
      return function ? printable(std::string(function->name)) : "[anonymous code]";
    }
    default:
      break;
  }
  const auto found = names_.find({frame.module->id, frame.address});
  return found == names_.end() ? "[unknown]" : found->second;
}

Profile Symbolizer::resolve(const Window& window, const ProcessWindow& process) {
  Profile profile;
  profile.pid = process.pid;
  profile.name = printable(process.name);
  profile.exe = printable(process.exe);
  profile.cgroups = process.cgroups;
  profile.begin = window.begin;
  profile.duration = window.duration;
  profile.period = window.period;
  const std::string perf_map = has_anonymous(process) ? read_perf_map(process.pid) : std::string();
  const auto jit = process::parse_perf_map(perf_map);
  std::unordered_map<const Module*, uint32_t> files;
  std::unordered_map<Key, uint32_t, KeyHash> locations;
  const auto file_of = [&](const Module& module) {
    const auto [found, is_new] =
        files.try_emplace(&module, static_cast<uint32_t>(profile.files.size()));
    if (is_new)
      profile.files.push_back({printable(module.path), elf::in_hexadecimal(module.build_id)});
    return found->second;
  };
  for (const auto& [stack, count] : process.stacks)
    for (const Frame& frame : stack)
      if (frame.module->path == process.exe) file_of(*frame.module);
  std::string last;
  for (const auto& [stack, count] : process.stacks) {
    CountedStack counted{{}, count};
    last.clear();
    for (const Frame& frame : stack) {
      const auto [found, is_new] = locations.try_emplace(
          {frame.module->id, frame.address}, static_cast<uint32_t>(profile.locations.size()));
      if (is_new)
        profile.locations.push_back({file_of(*frame.module), frame.address, name_of(frame, jit)});
      // A kernel without names is one frame, however deep its stack is.
      const std::string& name = profile.locations[found->second].function;
      if (name == "[kernel]" && last == name) continue;
      last = name;
      counted.locations.push_back(found->second);
    }
    profile.stacks.push_back(std::move(counted));
  }
  return profile;
}

}  // namespace profiling
