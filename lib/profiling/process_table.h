#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "profiling/modules.h"
#include "profiling/sampler/record.h"
#include "profiling/unwind.h"
#include "profiling/window.h"

namespace profiling {

/// Executable memory of a process and the module behind it, which is opened at the first look.
struct Mapping {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t offset = 0;
  std::shared_ptr<const FileIdentity> identity;
  std::shared_ptr<LoadedModule> loaded;
  uint64_t bias = 0;
};

/// A process as long as one program runs in it: exec() makes another one of it.
class Process final : public CodeMap {
 public:
  Process(ModuleCache& modules, uint32_t pid) : modules_(modules), pid_(pid) {}

  const CodeRegion* find(uint64_t pc) override;
  /// As find(), but the mapping itself.
  const Mapping* mapping(uint64_t pc);

  /// What a fork hands on to the child.
  void inherit(const Process& parent);
  /// A new program begins: nothing is mapped yet, and all that will be is reported.
  void begin_program();
  void add(Mapping mapping);

  uint32_t pid_of() const { return pid_; }

  std::string name;               ///< of the program, as the kernel has it (comm)
  std::optional<bool> is_wanted;  ///< nothing: not asked yet
  bool is_exiting = false;
  uint32_t thread = 0;  ///< one that lives: the first one's maps are empty once it has ended
  std::shared_ptr<ProcessWindow> window;  ///< what was counted of it since the last tick

 private:
  using Mappings = std::vector<Mapping>;
  void read_maps();
  Mapping* search(uint64_t pc);

  ModuleCache& modules_;
  uint32_t pid_;
  std::shared_ptr<Mappings> mappings_;  // Sorted; shared by forks. nullptr: not known yet.
  std::chrono::steady_clock::time_point maps_read_at_{};
  CodeRegion region_;
};

/// All processes that were sampled or begun since the profiler began, as its records tell.
class ProcessTable {
 public:
  static constexpr size_t kProcessesMax = 16384;

  explicit ProcessTable(ModuleCache& modules) : modules_(modules) {}

  void apply(const sampler::MapRecord& record);
  void apply(const sampler::CommRecord& record);
  void apply(const sampler::ForkRecord& record);
  void apply(const sampler::ExitRecord& record);
  /// The process of a sample; made when it was not known.
  Process& of_sample(uint32_t pid, uint32_t tid);

  /// Ends a window: what was counted belongs to the caller. Forgets processes that have ended.
  void end_window();
  /// Each process is to be asked again whether it is wanted.
  void ask_again();
  size_t size() const { return processes_.size(); }

 private:
  Process* find(uint32_t pid);
  Process& make(uint32_t pid);

  ModuleCache& modules_;
  std::unordered_map<uint32_t, std::unique_ptr<Process>> processes_;
};

}  // namespace profiling
