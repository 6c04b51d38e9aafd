#pragma once
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "profiling/elf/image.h"
#include "profiling/names.h"
#include "profiling/process/maps.h"
#include "profiling/profile.h"
#include "profiling/window.h"

namespace profiling {

/// Finds the names of a window's frames. It reads files, so it is for a thread that nobody waits
/// for, but always the same one. Names are found once for each address and kept, within bounds.
class Symbolizer {
 public:
  static constexpr size_t kNamesBytesMax = size_t{8} << 20;

  explicit Symbolizer(Demangle demangle) : demangle_(demangle) {}

  /// One profile for each process of the window. When `stop` is requested it ends soon, and names
  /// are missing.
  std::vector<Profile> resolve(const Window& window, const std::stop_token& stop = {});

 private:
  struct Key {
    uint64_t module = 0;
    uint64_t address = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return (key.module ^ key.address * size_t{0x9E3779B97F4A7C15}) * size_t{0x9E3779B97F4A7C15};
    }
  };

  void find_names(const Window& window, const std::stop_token& stop);
  void find_names(const Module& module, std::vector<elf::WantedName>& wanted);
  void find_kernel_names(std::vector<elf::WantedName>& wanted);
  void keep(const Module& module, const elf::WantedName& found);
  Profile resolve(const Window& window, const ProcessWindow& process);
  std::string name_of(const Frame& frame, const std::vector<process::JitFunction>& jit) const;

  Demangle demangle_;
  std::unordered_map<Key, std::string, KeyHash> names_;
  size_t names_bytes_ = 0;
  process::KernelSymbols kernel_;
  bool kernel_is_read_ = false;
  std::chrono::steady_clock::time_point kernel_read_at_{};
};

}  // namespace profiling
