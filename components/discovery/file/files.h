#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "components/discovery/file/signature.h"
#include "components/discovery/shared/poller.h"
#include "io/glob.h"

namespace components::discovery::file {

/// What some files say of targets. A file is read again when it has changed, and all are from time
/// to time. One that cannot be read keeps the targets that it had; those of one that is gone go.
/// For one thread at a time.
class TargetFiles {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr size_t kFileBytesMax = size_t{64} << 20;

  TargetFiles(std::vector<io::Glob> patterns, std::chrono::nanoseconds refresh_interval)
      : patterns_(std::move(patterns)), refresh_interval_(refresh_interval) {}

  /// Targets when they may have changed. `problem` names one of the files that cannot be read.
  Poller::Found look(Clock::time_point now);

 private:
  /// Which content of a file was read.
  struct Version {
    int64_t changed_ns = 0;
    uint64_t inode = 0, bytes = 0;
    bool operator==(const Version&) const = default;
  };
  struct File {
    Version version;
    river::schema::Targets targets;
    std::string problem;
  };

  static bool find_version(const std::string& path, Version& version);
  void read(const std::string& path, File& file);
  bool forget_gone(const io::Glob::Found& found);

  const std::vector<io::Glob> patterns_;
  const std::chrono::nanoseconds refresh_interval_;
  Clock::time_point read_all_at_ = Clock::time_point::min();
  std::map<std::string, File> files_;
  bool was_found_ = false;  ///< targets were given back
};

/// discovery.file: exports what TargetFiles find.
class FileDiscovery final : public Discovery<Arguments, Exports> {
 public:
  FileDiscovery(Context context, const Arguments& arguments);

 private:
  base::Result<std::shared_ptr<Search>> make(const Arguments& arguments) override;

  std::shared_ptr<base::metrics::Counter> failures_;
};

}  // namespace components::discovery::file
