// filesystem: space by mount. A server that does not answer must not hold the scrape up for longer
// than mount_timeout, and only once: the mount counts as stuck until the call returns.
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/mutex.h"
#include "base/thread.h"
#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

/// These answer from memory. All others are asked on a thread that may be left behind.
constexpr std::string_view kPromptTypes[] = {"ext2",  "ext3", "ext4",  "xfs",
                                             "tmpfs", "vfat", "ramfs", "devtmpfs"};

/// One question to a file system, shared by who asks and the thread that may outlive the answer's
/// use.
struct Question {
  base::Mutex mutex;
  base::Condition answered;
  bool is_answered GUARDED_BY(mutex) = false;
  std::optional<struct statvfs> answer GUARDED_BY(mutex);
};

std::optional<struct statvfs> ask_now(const std::string& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0) return std::nullopt;
  return found;
}

/// Asks file systems that may not answer.
class PatientStat {
 public:
  explicit PatientStat(std::chrono::nanoseconds patience)
      : patience_(patience), stuck_(std::make_shared<Stuck>()) {}

  std::optional<struct statvfs> ask(const std::string& path) {
    {
      base::Lock lock(stuck_->mutex);
      if (!stuck_->paths.insert(path).second) return std::nullopt;
    }
    const auto question = std::make_shared<Question>();
    auto thread = base::Thread::start("statvfs", [question, path, stuck = stuck_] {
      auto found = ask_now(path);
      {
        base::Lock lock(stuck->mutex);
        stuck->paths.erase(path);
      }
      base::Lock lock(question->mutex);
      question->answer = found;
      question->is_answered = true;
      question->answered.notify_one();
    });
    if (!thread) {
      base::Lock lock(stuck_->mutex);
      stuck_->paths.erase(path);
      return std::nullopt;
    }
    thread->detach();
    base::Lock lock(question->mutex);
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    while (!question->is_answered &&
           question->answered.wait_until(question->mutex, deadline) == std::cv_status::no_timeout) {
    }
    return question->answer;
  }

 private:
  /// The mounts that have not answered yet.
  struct Stuck {
    base::Mutex mutex;
    std::set<std::string> paths GUARDED_BY(mutex);
  };

  const std::chrono::nanoseconds patience_;
  const std::shared_ptr<Stuck> stuck_;
};

struct Mount {
  std::string device, point, type;
  bool is_read_only = false;
  std::optional<struct statvfs> space;

  std::array<Label, 3> labels() const {
    return {{{"device", device}, {"fstype", type}, {"mountpoint", point}}};
  }
};

/// "\040" is a blank and "\011" a tab, in the kernel's list of mounts.
std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t at = std::min(text.find('\\'), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    if (text.empty()) break;
    const bool is_blank = text.starts_with("\\040"), is_tab = text.starts_with("\\011");
    out += is_blank ? ' ' : is_tab ? '\t' : '\\';
    text.remove_prefix(is_blank || is_tab ? 4 : 1);
  }
  return out;
}

/// Whether the comma separated list of mount options says "ro".
bool is_read_only(std::string_view options) {
  while (!options.empty())
    if (take_until(options, ',') == "ro") return true;
  return false;
}

class FilesystemCollector {
 public:
  explicit FilesystemCollector(const Arguments& arguments)
      : excluded_types_(arguments.filesystem.fs_types_exclude),
        excluded_points_(arguments.filesystem.mount_points_exclude),
        stat_(arguments.filesystem.mount_timeout.value) {}

  bool operator()(Scrape& scrape) {
    // The first process sees the mounts of the host also where this service has its own.
    auto text = scrape.proc.read("1/mounts");
    if (!text) text = scrape.proc.read("mounts");
    if (!text) return false;
    read(*text, scrape.root.root());
    for (Mount& mount : mounts_) {
      const std::string path = scrape.root.root() + mount.point;
      const bool is_prompt = std::ranges::find(kPromptTypes, mount.type) != std::end(kPromptTypes);
      mount.space = is_prompt ? ask_now(path) : stat_.ask(path);
    }
    write(scrape.out);
    return true;
  }

 private:
  void read(std::string_view text, std::string_view root) {
    mounts_.clear();
    std::string_view line;
    while (next_line(text, line)) {
      Mount mount{.device = unescaped(next_word(line)), .point = unescaped(next_word(line))};
      mount.type = next_word(line);
      mount.is_read_only = is_read_only(next_word(line));
      if (root != "/" && std::string_view(mount.point).starts_with(root))
        mount.point.erase(0, root.size());
      if (mount.point.empty()) mount.point = "/";
      if (excluded_points_.matches(mount.point) || excluded_types_.matches(mount.type)) continue;
      // One mounted over another of the same device is the same series: the first one counts.
      const auto is_same = [&](const Mount& other) {
        return other.device == mount.device && other.point == mount.point &&
               other.type == mount.type;
      };
      if (std::ranges::none_of(mounts_, is_same)) mounts_.push_back(std::move(mount));
    }
  }

  void write(Exposition& out) const {
    struct Row {
      std::string_view name, help;
      double (*value)(const struct statvfs&);
    };
    using Space = struct statvfs;
    static constexpr Row kRows[] = {
        {"size_bytes", "Filesystem size in bytes.",
         [](const Space& s) { return double(s.f_blocks) * double(s.f_frsize); }},
        {"free_bytes", "Filesystem free space in bytes.",
         [](const Space& s) { return double(s.f_bfree) * double(s.f_frsize); }},
        {"avail_bytes", "Filesystem space available to non-root users in bytes.",
         [](const Space& s) { return double(s.f_bavail) * double(s.f_frsize); }},
        {"files", "Filesystem total file nodes.", [](const Space& s) { return double(s.f_files); }},
        {"files_free", "Filesystem total free file nodes.",
         [](const Space& s) { return double(s.f_ffree); }}};
    for (const Row& row : kRows) {
      out.family("node_filesystem_", row.name, kGauge, row.help);
      for (const Mount& mount : mounts_)
        if (mount.space) out.sample(row.value(*mount.space), mount.labels());
    }
    out.family("node_filesystem_", "readonly", kGauge, "Filesystem read-only status.");
    for (const Mount& mount : mounts_)
      if (mount.space) out.sample(mount.is_read_only, mount.labels());
    out.family("node_filesystem_", "device_error", kGauge,
               "Whether an error occurred while getting statistics for the given device.");
    for (const Mount& mount : mounts_) out.sample(!mount.space, mount.labels());
  }

  const Pattern excluded_types_, excluded_points_;
  PatientStat stat_;
  std::vector<Mount> mounts_;
};

Collect make_filesystem(const Arguments& arguments) {
  return [collector = std::make_shared<FilesystemCollector>(arguments)](Scrape& scrape) {
    return (*collector)(scrape);
  };
}

constexpr CollectorKind kFilesystemKinds[] = {{"filesystem", make_filesystem}};

}  // namespace

std::span<const CollectorKind> filesystem_collectors() {
  return kFilesystemKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
