#include "io/positions.h"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <set>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/thread.h"

namespace io {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kHeader = "tributary-positions 1\n";
constexpr std::string_view kEnd = "end ";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr size_t kFileBytesMax = size_t{64} << 20;

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
}

/// The byte of one escape, whose text after the backslash is taken off `rest`.
std::optional<char> take_escape(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const char kind = rest.front();
  rest.remove_prefix(1);
  if (kind == '\\') return '\\';
  if (kind == 't') return '\t';
  if (kind == 'n') return '\n';
  if (kind == 'r') return '\r';
  if (kind != 'x' || rest.size() < 2) return std::nullopt;
  const size_t high = kHex.find(rest[0]), low = kHex.find(rest[1]);
  if (high == kHex.npos || low == kHex.npos) return std::nullopt;
  rest.remove_prefix(2);
  return static_cast<char>(high << 4 | low);
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out += c;
    } else if (const auto byte = take_escape(text)) {
      out += *byte;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string closing_line(size_t count, std::string_view above) {
  const auto sum = ::crc32_z(0, reinterpret_cast<const Bytef*>(above.data()), above.size());
  return fmt::format("{}{} {:08x}\n", kEnd, count, sum);
}

}  // namespace

std::string format_positions(const Entries& entries) {
  std::string text(kHeader);
  for (const auto& [key, value] : entries) {
    append_escaped(text, key);
    text += '\t';
    append_escaped(text, value);
    text += '\n';
  }
  return text + closing_line(entries.size(), text);
}

base::Result<Entries> parse_positions(std::string_view text) {
  if (!text.starts_with(kHeader)) return base::fail("not a positions file of version 1");
  if (text.back() != '\n') return base::fail("torn: the last line is not complete");
  const size_t last = text.rfind('\n', text.size() - 2) + 1;
  const std::string_view body = text.substr(0, last);
  Entries entries;
  for (size_t at = kHeader.size(); at < body.size();) {
    const size_t end = body.find('\n', at);
    const std::string_view line = body.substr(at, end - at);
    at = end + 1;
    const size_t tab = line.find('\t');
    if (tab == line.npos) return base::fail("an entry without value: \"{}\"", line);
    auto key = unescaped(line.substr(0, tab)), value = unescaped(line.substr(tab + 1));
    if (!key || !value) return base::fail("a bad escape in \"{}\"", line);
    entries.insert_or_assign(std::move(*key), std::move(*value));
  }
  if (text.substr(last) != closing_line(entries.size(), body))
    return base::fail("torn or corrupt: the checksum does not fit");
  return entries;
}

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
      if (!has_changed_) {
        changed_.wait(mutex_);
        continue;
      }
      has_changed_ = false;
      mutex_.unlock();
      const bool saved = save_all();
      mutex_.lock();
      has_changed_ = has_changed_ || !saved;  // Tried again after the interval.
      const auto due = std::chrono::steady_clock::now() + kSaveInterval;
      while (!stores_.empty() && std::chrono::steady_clock::now() < due)
        changed_.wait_until(mutex_, due);
    }
    has_thread_ = false;
    mutex_.unlock();
  }

  bool save_all() {
    base::Lock saving(saving_mutex_);
    std::vector<Positions*> stores;
    {
      base::Lock lock(mutex_);
      stores.assign(stores_.begin(), stores_.end());
    }
    return save_together(stores).has_value();
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

  base::Mutex saving_mutex_;  // Held for the I/O of a save; taken before the other.
  base::Mutex mutex_;
  base::Condition changed_;
  std::set<Positions*> stores_ GUARDED_BY(mutex_);
  bool has_changed_ GUARDED_BY(mutex_) = false;
  bool has_thread_ GUARDED_BY(mutex_) = false;
};

Positions::Positions(std::filesystem::path file, const base::metrics::Scope& metrics,
                     base::Logger log)
    : file_(std::move(file)), log_(std::move(log)) {
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
  std::error_code ignored;  // A folder that cannot be made shows as a failing save.
  std::filesystem::create_directories(file_.parent_path(), ignored);
  const auto previous = file_.string() + ".old";
  if (!std::filesystem::exists(file_, ignored) && !std::filesystem::exists(previous, ignored))
    return;
  const auto read = [](const std::filesystem::path& path) -> base::Result<Entries> {
    const auto text = base::read_regular_file(path, kFileBytesMax);
    if (!text) return tl::unexpected(text.error());
    return parse_positions(*text);
  };
  auto newest = read(file_);
  base::Lock lock(mutex_);
  if (newest) {
    entries_ = std::move(*newest);
    newest_is_good_ = true;
    return;
  }
  if (auto old = read(previous)) {
    entries_ = std::move(*old);
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
    if (std::exchange(dirty_, true)) return;  // The saver knows already.
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
  }
  Saver::all().notify();
}

base::Result<void> Positions::save() {
  return Saver::all().save({this});
}

std::optional<std::string> Positions::take_changed() {
  base::Lock lock(mutex_);
  if (!std::exchange(dirty_, false)) return std::nullopt;
  return format_positions(entries_);
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
    newest_is_good_ = true;
    complained_ = false;
    return;
  }
  save_failures_->add(1);
  if (!std::exchange(complained_, true)) log_.error("{}", saved.error().message);
  base::Lock lock(mutex_);
  dirty_ = true;
}

}  // namespace io
