#include "io/positions.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/thread.h"
#include "io/positions_text.h"

namespace io {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;
using Clock = std::chrono::steady_clock;

constexpr size_t kFileBytesMax = size_t{1} << 30;  // Not less than what may have been written.

}  // namespace

/// Saves the stores of the process. Never destroyed: its thread ends by itself when there is no
/// store left.
class Positions::Saver {
 public:
  static Saver& all() {
    static auto* const only = new Saver;
    return *only;
  }

  void add(Positions* store) {
    base::Lock lock(mutex_);
    stores_.insert(store);
    has_changed_ = true;  // One that was recovered is written again.
    start_thread();
    changed_.notify_all();
  }
  /// When it returns, nobody saves the store but its owner.
  void remove(Positions* store) {
    base::Lock saving(saving_mutex_);
    base::Lock noting(noting_mutex_);
    base::Lock lock(mutex_);
    stores_.erase(store);
    changed_.notify_all();
  }
  void notify() {
    base::Lock lock(mutex_);
    has_changed_ = true;
    start_thread();
    changed_.notify_all();
  }
  /// Saves these now, as far as they changed. The first error.
  base::Result<void> save(const std::vector<Positions*>& stores) {
    base::Lock saving(saving_mutex_);
    return save_together(stores);
  }

 private:
  struct Save {
    Positions* store;
    base::Result<base::StagedFile> file;
    base::Result<void> result;
  };

  /// Without a thread (none could be had) stores are saved when they end; the next change tries
  /// again.
  void start_thread() REQUIRES_LOCK(mutex_) {
    if (has_thread_ || stores_.empty()) return;
    auto thread = base::Thread::start("positions", [this] { run(); });
    if (!thread) return;
    thread->detach();
    has_thread_ = true;
  }

  void run() {
    mutex_.lock();
    while (!stores_.empty()) {
      const bool may_save = needs_save_ && !is_saving_;
      if (!has_changed_ && !may_save) {
        changed_.wait(mutex_);
        continue;
      }
      if (!has_changed_ && Clock::now() < save_at_) {
        changed_.wait_until(mutex_, save_at_);
        continue;
      }
      if (std::exchange(has_changed_, false)) needs_save_ = true;
      const bool is_due = !is_saving_ && Clock::now() >= save_at_;
      if (is_due) {
        needs_save_ = false;
        is_saving_ = true;
      }
      mutex_.unlock();
      write_recent();
      if (is_due) save_beside();
      mutex_.lock();
      const auto pause = Clock::now() + kNoteInterval;
      while (!stores_.empty() && Clock::now() < pause) changed_.wait_until(mutex_, pause);
    }
    has_thread_ = false;
    mutex_.unlock();
  }

  /// By a thread of its own, so that positions are noted while the disk takes its time. Without one
  /// they are noted after the save.
  void save_beside() {
    const auto work = [this] {
      const bool is_saved = save_all();  // Else it is tried again after the interval.
      base::Lock lock(mutex_);
      is_saving_ = false;
      if (!is_saved) needs_save_ = true;
      save_at_ = Clock::now() + kSaveInterval;
      changed_.notify_all();
    };
    if (auto thread = base::Thread::start("positions save", work))
      thread->detach();
    else
      work();
  }

  void write_recent() {
    base::Lock noting(noting_mutex_);
    for (Positions* store : stores()) store->write_recent();
  }

  std::vector<Positions*> stores() {
    base::Lock lock(mutex_);
    return {stores_.begin(), stores_.end()};
  }

  bool save_all() {
    base::Lock saving(saving_mutex_);
    return save_together(stores()).has_value();
  }

  static base::Result<void> save_together(const std::vector<Positions*>& stores) {
    std::vector<Save> saves;
    for (Positions* store : stores)
      if (const auto content = store->take_changed())
        saves.push_back({store, base::StagedFile::write(store->file_, *content, 0600), {}});
    const auto step = [&](auto work) {
      for (Save& save : saves)
        if (save.file && save.result) save.result = work(save);
    };
    step([](Save& save) { return save.file->sync(); });
    step([](Save& save) { return save.store->keep_previous(); });
    step([](Save& save) { return save.file->replace(); });
    step([](Save& save) { return base::sync_folder(save.store->file_.parent_path()); });
    base::Result<void> first;
    for (Save& save : saves) {
      if (!save.file) save.result = tl::unexpected(save.file.error());
      if (!save.result) save.result = base::in_context("positions", save.result.error());
      save.store->note_saved(save.result);
      if (first && !save.result) first = save.result;
    }
    return first;
  }

  // Held for the I/O of a save, and for that of noting. Taken in this order.
  base::Mutex saving_mutex_;
  base::Mutex noting_mutex_;
  base::Mutex mutex_;
  base::Condition changed_;
  std::set<Positions*> stores_ GUARDED_BY(mutex_);
  bool has_changed_ GUARDED_BY(mutex_) = false;
  bool has_thread_ GUARDED_BY(mutex_) = false;
  bool needs_save_ GUARDED_BY(mutex_) = false;
  bool is_saving_ GUARDED_BY(mutex_) = false;
  Clock::time_point save_at_ GUARDED_BY(mutex_) = Clock::time_point::min();
};

namespace {

/// One that cannot be made shows as a failing save.
const std::filesystem::path& make_folder_of(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  return file;
}

}  // namespace

Positions::Positions(std::filesystem::path file, const base::metrics::Scope& metrics,
                     base::Logger log)
    : file_(std::move(file)), log_(std::move(log)), recent_(make_folder_of(file_)) {
  constexpr std::string_view name = "tributary_positions_recovered_total";
  constexpr std::string_view help = "Starts at which the newest positions file was unreadable.";
  from_old_ = metrics.counter(name, help, {{"from", "previous"}});
  from_nothing_ = metrics.counter(name, help, {{"from", "nothing"}});
  save_failures_ = metrics.counter("tributary_positions_save_failures_total",
                                   "Saves of the positions file that failed.");
  load();
  Saver::all().add(this);
}

Positions::~Positions() {
  Saver::all().remove(this);
  (void)save();  // It has logged its failure.
}

void Positions::load() {
  std::error_code ignored;
  const auto previous = file_.string() + ".old";
  base::Lock noting(recent_mutex_);
  base::Lock lock(mutex_);
  if (!std::filesystem::exists(file_, ignored) && !std::filesystem::exists(previous, ignored)) {
    // The end came before the first save was through.
    dirty_ = recent_.load(crc_of({}), entries_) > 0;
    return;
  }
  const auto read = [&](const std::filesystem::path& path)
                        REQUIRES_LOCK(mutex_, recent_mutex_) -> base::Result<void> {
    const auto text = base::read_regular_file(path, kFileBytesMax);
    if (!text) return tl::unexpected(text.error());
    auto entries = parse_positions(*text);
    if (!entries) return tl::unexpected(entries.error());
    entries_ = std::move(*entries);
    const uint32_t crc = crc_of(*text);
    dirty_ = recent_.load(crc, entries_) > 0;
    recent_.go_on_from(crc);
    return {};
  };
  const auto newest = read(file_);
  if (newest) {
    newest_is_good_ = true;
    return;
  }
  if (read(previous)) {
    dirty_ = true;  // Put a good newest file in place again.
    from_old_->add(1);
    log_.warn("positions file {}: {}; going on from the previous one, some lines may repeat",
              file_.string(), newest.error().message);
    return;
  }
  lost_ = true;
  from_nothing_->add(1);
  log_.error("positions file {}: {}; there is no good previous one, starting without positions",
             file_.string(), newest.error().message);
}

std::optional<std::string> Positions::get(std::string_view key) const {
  base::Lock lock(mutex_);
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

Entries Positions::all() const {
  base::Lock lock(mutex_);
  return entries_;
}

void Positions::set(std::string_view key, std::string_view value) {
  {
    base::Lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      entries_.emplace(key, value);
    } else if (found->second == value) {
      return;
    } else {
      found->second = value;
    }
    dirty_ = true;
    if (noted_.contains(key)) return;  // The saver knows already.
    noted_.emplace(key);
  }
  Saver::all().notify();
}

void Positions::erase(std::string_view key) {
  {
    base::Lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    entries_.erase(found);
    dirty_ = true;
    noted_.emplace(key);
  }
  Saver::all().notify();
}

void Positions::forget(std::vector<Unneeded> unneeded, int64_t before) {
  std::ranges::sort(unneeded, std::greater(), &Unneeded::since);
  for (size_t i = 0; i < unneeded.size(); ++i)
    if (i >= kUnneededMax || unneeded[i].since < before) erase(unneeded[i].key);
}

base::Result<void> Positions::save() {
  return Saver::all().save({this});
}

std::optional<std::string> Positions::take_changed() {
  base::Lock noting(recent_mutex_);
  std::vector<RecentPositions::Change> changes;
  std::string content;
  {
    base::Lock lock(mutex_);
    if (!std::exchange(dirty_, false)) return std::nullopt;
    changes = take_noted();
    content = format_positions(entries_);
  }
  recent_.append(changes);  // Until this content is in place, the old file and these count.
  recent_.begin(crc_of(content));
  return content;
}

std::vector<RecentPositions::Change> Positions::take_noted() {
  std::vector<RecentPositions::Change> changes;
  for (auto key = noted_.begin(); key != noted_.end(); key = noted_.begin()) {
    const auto entry = entries_.find(*key);
    const bool is_erased = entry == entries_.end();
    changes.push_back({std::move(noted_.extract(key).value()),
                       is_erased ? std::nullopt : std::optional(entry->second)});
  }
  return changes;
}

void Positions::write_recent() {
  base::Lock noting(recent_mutex_);
  std::vector<RecentPositions::Change> changes;
  {
    base::Lock lock(mutex_);
    changes = take_noted();
  }
  recent_.append(changes);
}

base::Result<void> Positions::keep_previous() {
  if (!newest_is_good_) return {};
  const std::string previous = file_.string() + ".old", temporary = previous + ".new";
  ::unlink(temporary.c_str());
  // A file system without hard links keeps no previous generation; the newest is still atomic.
  if (::link(file_.c_str(), temporary.c_str()) == 0 &&
      ::rename(temporary.c_str(), previous.c_str()) != 0)
    return base::fail_errno(fmt::format("cannot rename {}", temporary), errno);
  return {};
}

void Positions::note_saved(const base::Result<void>& saved) {
  if (saved) {
    base::Lock noting(recent_mutex_);
    recent_.remove_older();
    newest_is_good_ = true;
  } else {
    save_failures_->add(1);
  }
  base::Lock lock(mutex_);
  dirty_ = dirty_ || !saved;
  if (!saved && error_.empty()) log_.error("{}", saved.error().message);
  error_ = saved ? "" : saved.error().message;
}

base::Result<void> Positions::health() const {
  base::Lock lock(mutex_);
  if (error_.empty()) return {};
  return base::fail("{}; after a restart lines are read again", error_);
}

}  // namespace io
