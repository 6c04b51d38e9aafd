#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "profiling/elf/eh_frame.h"
#include "profiling/elf/image.h"
#include "profiling/process/maps.h"

namespace profiling {

/// A file that code was loaded from, or what stands for one. Immutable: the sampling thread and the
/// one that finds names share it. It keeps the file open, so that a deleted one still has names.
struct Module {
  enum class Kind : uint8_t {
    file,
    vdso,
    anonymous,  ///< memory without a file: addresses are of one process, and perf maps name them
    kernel,
    cut,     ///< marks the root of a stack whose outer part was not copied
    broken,  ///< marks the root of a stack that could not be followed further
  };

  uint64_t id = 0;  ///< never used twice by a process
  Kind kind = Kind::file;
  std::string path;                         ///< as the process sees it, without " (deleted)"
  std::string build_id;                     ///< bytes; empty: none
  std::unique_ptr<const elf::Bytes> bytes;  ///< nullptr: the file could not be opened
  elf::Image image;

  /// The path's last part.
  std::string_view name() const;

  static const std::shared_ptr<const Module>& of_kind(Kind kind);
};

/// What is known of the file behind a mapping before it is opened.
struct FileIdentity {
  std::string path;
  std::string build_id;  ///< from the kernel; empty: not known yet
  std::string device;
  uint64_t inode = 0;
};

/// A module with its unwind rows, which are compiled when they are needed and let go when memory is
/// short. Of the sampling thread.
struct LoadedModule {
  std::shared_ptr<const Module> module;
  elf::UnwindTable rows;
  bool has_rows = false;  ///< the rows are compiled, though there may be none
  uint64_t used_at = 0;
  std::chrono::steady_clock::time_point rows_used_at{};
  /// There was no room for the rows: not looked for again before then.
  std::chrono::steady_clock::time_point no_rows_until{};
};

/// The modules of all processes, each opened once. Not thread safe.
class ModuleCache {
 public:
  /// Memory that all rows together may take, and modules that are kept open.
  static constexpr size_t kRowsBytesMax = size_t{32} << 20;
  /// Rows that were used within this time are not let go: where all programs together need more
  /// than there is room for, compiling them again and again would take most of a core. Those that
  /// find no room do without rows meanwhile.
  static constexpr std::chrono::seconds kRowsKept{30};
  static constexpr size_t kModulesMax = 512;

  explicit ModuleCache(size_t rows_bytes_max = kRowsBytesMax) : rows_bytes_max_(rows_bytes_max) {}

  /// The module of a mapping [begin, end) of a process. Never nullptr: a file that cannot be opened
  /// is a module without bytes.
  std::shared_ptr<LoadedModule> load(uint32_t pid, uint64_t begin, uint64_t end,
                                     const FileIdentity& identity);
  /// Its unwind rows; nullptr: it has none.
  const elf::UnwindTable* rows(LoadedModule& loaded);
  /// Closes what no process has had mapped since it was called last but one.
  void forget_unused();

  size_t rows_bytes() const { return rows_bytes_; }

 private:
  std::shared_ptr<LoadedModule> add(std::string key, std::unique_ptr<Module> module);
  bool make_room(size_t bytes, std::chrono::steady_clock::time_point now);

  const size_t rows_bytes_max_;
  std::unordered_map<std::string, std::shared_ptr<LoadedModule>> modules_;
  std::shared_ptr<LoadedModule> vdso_;
  size_t rows_bytes_ = 0;
  uint64_t uses_ = 0;
  uint64_t uses_before_ = 0;
};

}  // namespace profiling
