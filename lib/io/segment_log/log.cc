#include "io/segment_log/log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/ensure.h"
#include "base/files.h"
#include "io/positions_text.h"
#include "io/segment_log/cursor.h"

namespace io::segment_log {
namespace {

constexpr uint64_t kSegmentsLeast = 8;  ///< So many make up bytes_max: dropping one leaves most.
constexpr uint64_t kRecordsLeast = 4;   ///< So many of the largest records fit bytes_max.

/// A file that is written to see whether the disk takes anything.
constexpr std::string_view kProbeFile = "probe";

uint64_t record_bytes_max(const Options& options) {
  return std::min<uint64_t>(kRecordBytesMax, options.bytes_max / kRecordsLeast);
}

/// The folder, locked for this process until the descriptor is closed.
base::Result<base::Descriptor> lock_folder(const std::filesystem::path& folder) {
  std::error_code code;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), code);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return base::fail_errno(fmt::format("cannot make {}", folder.string()), errno);
  const auto path = folder / "lock";
  // Not for writing: then it can be opened on a read-only file system.
  base::Descriptor fd(
      open_regular(path.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd && errno == EINVAL) return base::fail("{} is not a regular file", path.string());
  if (!fd) return base::fail_errno(fmt::format("cannot open {}", path.string()), errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno == EWOULDBLOCK) return base::fail("{} is in use by another process", folder.string());
  return base::fail_errno(fmt::format("cannot lock {}", path.string()), errno);
}

}  // namespace

base::Result<std::unique_ptr<Log>> Log::open(Options options, const base::metrics::Scope& scope,
                                             base::Logger log) {
  ENSURE(options.bytes_max >= kBytesMaxLeast);
  options.segment_bytes = std::min(options.segment_bytes, options.bytes_max / kSegmentsLeast);
  auto lock = lock_folder(options.folder);
  if (!lock) return base::in_context("disk queue", lock.error());
  ::unlink((options.folder / kProbeFile).c_str());  // A crash may have left it.
  Metrics metrics(scope);
  auto found = recover(options, metrics, log);
  if (!found) return base::in_context("disk queue", found.error());
  std::unique_ptr<Log> opened(new Log(std::move(options), std::move(metrics), std::move(log),
                                      std::move(*lock), std::move(*found)));
  auto thread = base::Thread::start(
      "disk queue",
      [self = opened.get()](const std::stop_token& stop) { self->commit_until_stopped(stop); });
  if (!thread) return base::in_context("disk queue", thread.error());
  opened->thread_ = std::move(*thread);
  return opened;
}

Log::Log(Options options, Metrics metrics, base::Logger log, base::Descriptor lock, Found found)
    : options_(std::move(options)),
      metrics_(std::move(metrics)),
      log_(std::move(log)),
      lock_(std::move(lock)),
      index_(std::move(found), options_, metrics_) {}

Log::~Log() {
  thread_.request_stop();
  thread_.join();
  (void)commit();  // It has logged its failure.
  remove_done(/*is_closing=*/true);
}

Append Log::append(std::span<const std::string_view> pieces, uint32_t items, Urgency urgency) {
  uint64_t length = 0;
  for (const auto piece : pieces) length += piece.size();
  if (length == 0 || length > record_bytes_max(options_))
    return {Append::Status::failed, 0,
            fmt::format("a record of {} bytes; at least 1 and at most {} are possible", length,
                        record_bytes_max(options_))};
  base::Lock lock(append_mutex_);
  if (Clock::now() < retry_at_) return {Append::Status::failed, 0, retry_error_};
  const uint64_t bytes = kRecordHeaderBytes + length;
  if (file_ && (file_->is_broken() ||
                (file_->has_records() && file_->bytes() + bytes > options_.segment_bytes)))
    close_segment();
  std::vector<std::filesystem::path> to_remove;
  const bool has_room = index_.make_room(bytes + (file_ ? 0 : kSegmentHeaderBytes), to_remove);
  for (const auto& path : to_remove) ::unlink(path.c_str());
  if (!has_room) return {Append::Status::full, 0, ""};
  const uint64_t sequence = index_.next_sequence();
  const auto written = write(sequence, pieces, items);
  note(kAppend, written);
  if (!written) {
    if (file_) close_segment();
    retry_at_ = Clock::now() + options_.retry_after;
    retry_error_ = written.error().message;
    refused_bytes_ = length;
    return {Append::Status::failed, 0, retry_error_};
  }
  index_.add_record(bytes, urgency);
  return {Append::Status::written, sequence, ""};
}

base::Result<void> Log::write(uint64_t sequence, std::span<const std::string_view> pieces,
                              uint32_t items) {
  if (!file_) {
    auto made = SegmentFile::create(options_.disk, options_.folder, {options_.kind, sequence});
    if (!made) return tl::unexpected(made.error());
    file_ = std::move(*made);
    index_.add_segment(sequence, file_);
  }
  return file_->append(sequence, items, pieces);
}

void Log::close_segment() {
  if (index_.close_segment()) ::unlink(file_->path().c_str());
  file_ = nullptr;
}

bool Log::wait_for_room(uint64_t bytes, std::stop_token stop, Clock::time_point until) {
  return index_.wait_for_room(bytes + kRecordHeaderBytes + kSegmentHeaderBytes, std::move(stop),
                              until);
}

bool Log::has_room(uint64_t bytes) const {
  return index_.has_room_for(bytes + kRecordHeaderBytes + kSegmentHeaderBytes);
}

std::vector<Dropped> Log::drop_oldest(const Unread& visit) {
  auto dropping = index_.drop_oldest();
  if (!dropping) {
    base::Lock lock(append_mutex_);
    if (!file_) return {};
    close_segment();
    dropping = index_.drop_oldest();
  }
  if (!dropping) return {};
  auto dropped = count(*dropping, visit);
  ::unlink(dropping->segment->path.c_str());
  return dropped;
}

std::vector<Dropped> Log::count(const Index::Dropping& dropping, const Unread& visit) {
  std::vector<Dropped> dropped;
  if (dropping.cursors.empty()) return dropped;
  for (const auto& [name, next] : dropping.cursors)
    dropped.push_back({name, dropping.extent.end - 1, 0, 0, 0});
  Segment& segment = *dropping.segment;
  base::Descriptor fd(options_.disk.open(segment.path.c_str(), O_RDONLY | O_CLOEXEC, 0));
  SegmentReader reader(options_.disk, std::move(fd), segment.first);
  Record record;
  while (true) {
    const uint64_t expected = reader.expected();
    const auto step = reader.next(dropping.extent, record);
    const bool has_failed = step.status == SegmentReader::Status::failed;
    const uint64_t damaged = has_failed ? dropping.extent.end - expected : step.damaged;
    if (damaged > 0) note_damage(segment, expected, expected + damaged);
    if (step.status != SegmentReader::Status::record) return dropped;
    std::vector<std::string> cursors;
    for (size_t i = 0; i < dropped.size(); ++i) {
      if (record.sequence < dropping.cursors[i].second) continue;
      cursors.push_back(dropped[i].cursor);
      ++dropped[i].records;
      dropped[i].items += record.items;
      dropped[i].bytes += record.bytes.size();
    }
    if (visit && !cursors.empty()) visit(record, cursors);
  }
}

std::unique_ptr<Cursor> Log::cursor(std::string_view name, Begin begin) {
  return std::make_unique<Cursor>(*this, index_.open_position(name, begin == Begin::oldest));
}

void Log::commit_until_stopped(const std::stop_token& stop) {
  auto next_probe = Clock::time_point::min();
  for (;;) {
    const bool is_well = health().has_value();
    if (!index_.wait_for_work(stop, is_well ? Clock::time_point::max() : next_probe)) return;
    (void)commit();  // It has logged its failure.
    if (Clock::now() < next_probe || health()) continue;
    probe();
    next_probe = Clock::now() + options_.probe_after;
  }
}

/// Ends an error when a file as large as what was refused can be written. Without that it would
/// last until something is to be written again.
void Log::probe() {
  uint64_t failures = 0;
  {
    base::Lock lock(health_mutex_);
    failures = failures_;
  }
  std::string bytes;
  {
    base::Lock lock(append_mutex_);
    bytes.resize(refused_bytes_);
  }
  const auto path = options_.folder / kProbeFile;
  base::Descriptor fd(options_.disk.open(
      path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return;
  SegmentFile file(options_.disk, std::move(fd), path);
  const std::string_view piece = bytes;
  const bool works = file.append(0, 0, {&piece, 1}) && file.sync();
  ::unlink(path.c_str());
  if (!works) return;
  base::Lock append_lock(append_mutex_);
  base::Lock lock(health_mutex_);
  if (failures != failures_) return;
  retry_at_ = {};
  for (auto& error : errors_) error.reset();
  log_.info("disk queue: {} works again", options_.folder.string());
}

base::Result<void> Log::commit() {
  base::Lock lock(commit_mutex_);
  auto pending = index_.take_pending();
  const bool has_files = !pending.files.empty();
  base::Result<void> result;
  for (const auto& file : pending.files)
    if (auto synced = file->sync(); !synced && result) result = std::move(synced);
  if (pending.first <= pending.last)
    options_.on_commit({pending.first, pending.last, result.has_value()});
  // First, for on a full disk the cursors find space only then, when nobody has the files open any
  // more. Whatever happens in between, a cursor of before goes on at the oldest record that is
  // left.
  pending.files.clear();
  remove_done(/*is_closing=*/false);
  if (pending.cursors) {
    auto saved = save_cursors(pending);
    if (!saved) index_.put_back_cursors();
    if (!saved && result) result = std::move(saved);
  }
  if (has_files || pending.cursors) note(kCommit, result);
  return result;
}

base::Result<void> Log::save_cursors(const Index::Pending& pending) const {
  std::map<std::string, std::string, std::less<>> entries;
  for (const auto& [name, acknowledged] : *pending.cursors)
    entries.emplace(name, std::to_string(acknowledged));
  // Whether a power cut leaves the old or the new file matters little; a torn one would repeat
  // everything.
  auto file =
      base::StagedFile::write(options_.folder / kCursorsFile, format_positions(entries), 0600);
  if (!file) return tl::unexpected(file.error());
  if (auto synced = file->sync(); !synced) return synced;
  return file->replace();
}

void Log::remove_done(bool is_closing) {
  for (const auto& segment : index_.take_done(is_closing)) {
    if (!segment->is_damaged) {
      ::unlink(segment->path.c_str());  // Should it fail, the next start removes it.
    } else if (auto bad = set_aside(segment->path, segment->bytes)) {
      metrics_.bad_segments->add(1);
      log_.warn("disk queue: kept as {} to be looked at", bad->path.string());
      for (const auto& file : index_.add_bad(std::move(*bad))) ::unlink(file.path.c_str());
    }
  }
}

base::Result<void> Log::health() const {
  base::Lock lock(health_mutex_);
  for (const auto& error : errors_)
    if (error) return tl::unexpected(*error);
  return {};
}

void Log::note(Part part, const base::Result<void>& result) {
  {
    base::Lock lock(health_mutex_);
    auto& error = errors_[part];
    if (!result) metrics_.errors->add(1);
    if (!result) ++failures_;
    if (!result && !error) log_.error("disk queue: {}", result.error().message);
    if (result && error) log_.info("disk queue: {} works again", options_.folder.string());
    error = result ? std::nullopt : std::optional(result.error());
  }
  if (!result) index_.call_committer();
}

void Log::note_damage(Segment& segment, uint64_t begin, uint64_t end) {
  const uint64_t records = index_.note_damage(segment, begin, end);
  if (records == 0) return;
  metrics_.records_damaged->add(records);
  log_.error("disk queue: {}: {} records from {} on cannot be read; skipped", segment.path.string(),
             records, begin);
}

base::Result<uint64_t> default_bytes_max(std::filesystem::path folder) {
  constexpr uint64_t kMost = uint64_t{1} << 30, kPart = 10;
  if (folder.is_relative()) folder = "." / folder;
  struct statvfs status {};
  while (::statvfs(folder.c_str(), &status) != 0) {
    const int code = errno;
    if (code != ENOENT || !folder.has_relative_path())
      return base::fail_errno(fmt::format("cannot look at {}", folder.string()), code);
    folder = folder.parent_path();
  }
  const uint64_t size = uint64_t{status.f_blocks} * status.f_frsize;
  return std::clamp(size / kPart, kBytesMaxLeast, kMost);
}

}  // namespace io::segment_log
