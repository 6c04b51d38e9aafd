#include "components/loki/source_file/tailer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "io/backoff.h"

namespace components::loki::source_file {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A look from time to time, in case a notice was lost.
constexpr seconds kSafetyPoll{5};

/// How long rotation may take to copy a file.
constexpr std::chrono::minutes kCopyTimeMax{10};

/// How soon to look again for a file that is not there, by how long it has been gone: a rotation
/// puts a new one in place at once, a file that was never there may stay away for ever.
milliseconds absence_poll(Clock::duration gone) {
  if (gone < milliseconds(200)) return milliseconds(5);
  if (gone < seconds(10)) return milliseconds(250);
  return seconds(1);
}

/// What logs are compressed with: how the names of such files end, and how the files begin.
struct CompressedForm {
  std::string_view suffix, beginning;
};
constexpr CompressedForm kCompressedForms[] = {{".gz", "\x1f\x8b"},
                                               {".bz2", "BZh"},
                                               {".xz",
                                                "\xfd"
                                                "7zXZ"},
                                               {".zst", "\x28\xb5\x2f\xfd"},
                                               {".lz4", "\x04\x22\x4d\x18"}};

/// `undecided`: of a file that is to be compressed too little is written yet.
enum class Content { text, compressed, undecided };

Content content_of(const std::string& path, const FileReader& file) {
  for (const CompressedForm& form : kCompressedForms) {
    if (!path.ends_with(form.suffix)) continue;
    char bytes[8];
    const ssize_t got = ::pread(file.fd(), bytes, form.beginning.size(), 0);
    const std::string_view seen(bytes, static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (seen == form.beginning) return Content::compressed;
    return form.beginning.starts_with(seen) ? Content::undecided : Content::text;
  }
  return Content::text;
}

}  // namespace

Tailer::Tailer(Environment& environment, std::string path, telemetry::Labels labels)
    : Stream(environment, std::move(path), std::move(labels)) {
  environment_.files_active->add(1);
}

Tailer::~Tailer() {
  environment_.files_active->add(-1);
}

std::string Tailer::resume_text() {
  const Generation& current = generations_.empty() ? stragglers_.back() : generations_.front();
  ResumePoint point = current.file.point();
  point.seen_ns = current.seen_ns;
  std::string text = point.text();
  for (const ResumePoint& ended : std::exchange(ended_, {})) text += "\n" + ended.text();
  return text;
}

Stream::Step Tailer::step(telemetry::LogBatch& batch, Clock::time_point now) {
  if (window_->broken()) {
    // What was sent will not be delivered: read it again from the last position that was.
    renew_window();
    generations_.clear();
    stragglers_.clear();
    ended_.clear();
    environment_.known_files.load(environment_.positions);
    resumed_ = false;
    due_ = now + io::kRetryFile;
    return Step::nothing;
  }
  if (skipped_) return !wanted_ ? finish() : wait(now);
  look_at_path(now);
  if (generations_.empty() && !wanted_) return finish();
  if (!wanted_ && generations_.size() == 1 && !path_gone_) return finish();
  for (size_t left = generations_.size(); left > 0; left = generations_.size()) {
    if (read_front(batch, now) == Step::lines) return Step::lines;
    if (generations_.size() == left) break;  // Else it ended, and the next one is read at once.
  }
  return read_straggler(batch, now) ? Step::lines : wait(now);
}

Clock::time_point Tailer::observe(Clock::time_point now) {
  if (window_->broken() || skipped_ || !wanted_) return Clock::time_point::max();
  look_at_path(now);
  if (path_gone_) return now + absence_poll(now - path_gone_since_);
  const bool works = !generations_.empty() && generations_.back().watch.works();
  return now + (works ? Clock::duration(kSafetyPoll) : environment_.poll);
}

/// Opens what the path names when it is not the file that was last opened.
void Tailer::look_at_path(Clock::time_point now) {
  const int64_t now_ns = file_clock_ns();
  struct stat status {};
  // A file that another stream reads is left to it until that one closes it.
  const bool exists =
      ::stat(path_.c_str(), &status) == 0 && !is_elsewhere(status.st_dev, status.st_ino);
  if (exists && !generations_.empty() &&
      generations_.back().file.is(status.st_dev, status.st_ino)) {
    path_gone_ = false;
    return look_again(generations_.back(), now_ns, now);
  }
  if (!exists) {
    if (!std::exchange(path_gone_, true)) path_gone_since_ = now;
    if (!generations_.empty() && path_gone_since_ == now) generations_.back().last_event = now;
    problem_.clear();
    waits_for_descriptor_ = false;
    if (!std::exchange(resumed_, true)) resume_missing(now);
    return;
  }
  auto file = open_path();
  if (!file) {
    if (!std::exchange(path_gone_, true)) path_gone_since_ = now;
    return;
  }
  problem_.clear();
  const Content content = resumed_ ? Content::text : content_of(path_, *file);
  if (content == Content::compressed) {
    environment_.log.info("{}: compressed, not read; a block \"decompression\" reads such files",
                          path_);
    resumed_ = skipped_ = true;
    return;
  }
  if (content == Content::undecided || is_fresh_copy(*file)) {
    if (!std::exchange(path_gone_, true)) path_gone_since_ = now;
    return;
  }
  path_gone_ = false;
  if (!std::exchange(resumed_, true)) {
    skipped_ = !resume(std::move(*file), now_ns, now);
    return;
  }
  const Generation* const last = !generations_.empty()  ? &generations_.back()
                                 : !stragglers_.empty() ? &stragglers_.back()
                                                        : nullptr;
  if (last) {
    // Rewritten and put in place of the old one with the same beginning: go on where we were.
    const ResumePoint point = last->file.point();
    if (last->file.is_unlinked() && file->is_copy_of(point))
      file->seek(std::min(point.offset, file->size()));
    else
      adopt_missed(seen_or_born_ns(last->seen_ns, last->file), *file, now);
  }
  go_on_as_known(*file);
  adopt(std::move(*file), now_ns, now);
}

/// Nothing when it cannot be opened, or not now.
std::optional<FileReader> Tailer::open_path() {
  waits_for_descriptor_ = !OpenFiles::have_room();
  if (waits_for_descriptor_) {
    stragglers_.clear();  // What is late is found after a restart.
    return std::nullopt;
  }
  auto file = FileReader::open(path_, environment_.encoding);
  if (file) return std::move(*file);
  complain(file.error().message);
  return std::nullopt;
}

/// The path still names the file that was last opened.
void Tailer::look_again(Generation& current, int64_t now_ns, Clock::time_point now) {
  FileReader& file = current.file;
  ResumePoint point = file.point();
  if (point.beginning.size == 0) point.beginning = current.seen;
  const bool was_empty = point.beginning.size == 0;
  const ReadMarks marks = file.marks();
  const bool is_changed = !file.continues(point);
  if (is_changed && !file.seek_before_change()) {
    environment_.truncations->add(1);
    environment_.log.info("{}: truncated, reading it from its start", path_);
    file.seek(0);
  }
  if (is_changed || (was_empty && file.written_beginning().size > 0)) {
    point.seen_ns = current.seen_ns;
    Generation rest = std::move(generations_.back());
    generations_.pop_back();
    adopt_copies(point, marks, rest.file, now);
    generations_.push_back(std::move(rest));
  }
  Generation& back = generations_.back();
  back.seen_ns = now_ns;
  if (back.file.point().beginning.size == 0) back.seen = back.file.written_beginning();
}

void Tailer::adopt(FileReader file, int64_t seen_ns, Clock::time_point now) {
  if (!generations_.empty()) generations_.back().last_event = now;
  auto watch = environment_.watches.watch(file.fd(), *this);
  const auto seen = file.written_beginning();
  KnownFiles::Lease lease(environment_.known_files, id_of(file), *this);
  generations_.push_back({std::move(file), std::move(watch), std::move(lease), now, seen_ns, seen});
}

/// When a file was seen; if the clock was ahead then, when the file was created, which was before.
int64_t Tailer::seen_or_born_ns(int64_t seen_ns, const FileReader& file) {
  constexpr int64_t kSlackNs = 1'000'000'000;
  return seen_ns > file_clock_ns() + kSlackNs ? file.born_ns().value_or(seen_ns) : seen_ns;
}

/// Files that were put under the path after `since_ns` and rotated away before this look.
void Tailer::adopt_missed(int64_t since_ns, const FileReader& current, Clock::time_point now) {
  if (since_ns == 0) return;
  for (const RotatedFile& rotated : rotated_since(real_path(), since_ns)) {
    auto file = open_rotated(rotated, current);
    if (!file || is_copy(*file)) continue;
    go_on_as_known(*file);
    adopt(std::move(*file), rotated.born_ns, now);
  }
}

/// The file under the path was truncated in place, perhaps several times: rotation may have copied
/// its content away each time. `point`, `marks`: where reading was. The copy with the rest of that
/// is born before the truncation by the time that copying takes, so looks at the file may lie
/// between; what was written since is in copies that are born since, and in the file.
///
/// False: there is none with the rest.
bool Tailer::adopt_copies(const ResumePoint& point, const ReadMarks& marks,
                          const FileReader& current, Clock::time_point now) {
  if (point.seen_ns == 0) return false;
  struct Copy {
    FileReader file;
    int64_t born_ns;
  };
  std::vector<Copy> copies;
  bool found_rest = false;
  const bool was_empty = point.beginning.size == 0;
  const int64_t seen_ns = seen_or_born_ns(point.seen_ns, current);
  const auto copying = was_empty ? std::chrono::minutes(0) : kCopyTimeMax;
  const int64_t since = seen_ns - std::chrono::nanoseconds(copying).count();
  for (const RotatedFile& rotated : rotated_since(real_path(), since)) {
    auto file = open_rotated(rotated, current);
    if (!file || file->is_beginning_of(current, current.size())) continue;
    const bool has_rest = !was_empty && file->continues(point);
    if (!has_rest && file->size() <= point.offset && marks.are_in(file->fd(), file->size())) {
      file->seek(file->size());
      remember(*file, file_clock_ns());
      continue;
    }
    if (has_rest && (copies.empty() || copies.front().born_ns < seen_ns)) {
      copies.clear();
      file->seek(point.offset);
      found_rest = true;
    } else if (copies.empty() && rotated.born_ns < seen_ns) {
      continue;
    }
    copies.push_back({std::move(*file), rotated.born_ns});
  }
  for (Copy& copy : copies) adopt(std::move(copy.file), copy.born_ns, now);
  return found_rest;
}

/// A rotated file that is not open yet.
std::optional<FileReader> Tailer::open_rotated(const RotatedFile& rotated,
                                               const FileReader& current) const {
  const auto is_rotated = [&](const Generation& g) {
    return g.file.is(rotated.device, rotated.inode);
  };
  if (current.is(rotated.device, rotated.inode) || is_elsewhere(rotated.device, rotated.inode) ||
      std::any_of(generations_.begin(), generations_.end(), is_rotated) ||
      std::any_of(stragglers_.begin(), stragglers_.end(), is_rotated))
    return std::nullopt;
  auto file = FileReader::open(rotated.path, environment_.encoding);
  if (file && file->is(rotated.device, rotated.inode)) return std::move(*file);
  // Rotated again in between.
  const auto folder = std::filesystem::path(rotated.path).parent_path().string();
  const std::string path = find_by_inode(folder, rotated.device, rotated.inode);
  if (path.empty()) return std::nullopt;
  file = FileReader::open(path, environment_.encoding);
  return file ? std::optional(std::move(*file)) : std::nullopt;
}

/// Where rotation works: behind a link, as Kubernetes makes them.
std::string Tailer::real_path() const {
  std::error_code error;
  const auto real = std::filesystem::canonical(path_, error);
  return error ? path_ : real.string();
}

/// Whether another stream reads it.
bool Tailer::is_elsewhere(uint64_t device, uint64_t inode) const {
  const Stream* const reader = environment_.known_files.reader({device, inode, labels_text()});
  return reader != nullptr && reader != this;
}

/// Whether this is a copy of a file that is read under its own path: rotation has copied it here,
/// or is doing so. When the original is truncated, its stream takes the copy over that has what was
/// not read of it yet.
bool Tailer::is_fresh_copy(FileReader& file) {
  const bool is_known = environment_.known_files.position(id_of(file)).has_value();
  for (const std::string& original : originals_of(path_)) {
    const std::string key = original + " " + labels_text();
    if (!environment_.streams->contains(key)) continue;
    const auto text = environment_.positions->get(key);
    const auto stored = text ? ResumePoint::parse(*text) : std::nullopt;
    if (!stored || file.is(stored->device, stored->inode)) continue;
    if (!is_known && file.is_copy_of(*stored)) return true;
    const auto whole = FileReader::open(original, environment_.encoding);
    if (!whole || !whole->is(stored->device, stored->inode) ||
        !file.is_beginning_of(*whole, stored->offset))
      continue;
    file.seek(file.size());
    remember(file, file_clock_ns());
    return true;
  }
  return false;
}

KnownFiles::Id Tailer::id_of(const FileReader& file) const {
  return {file.point().device, file.point().inode, labels_text()};
}

/// Goes on where a file was read to under another path.
bool Tailer::go_on_as_known(FileReader& file) {
  const auto known = environment_.known_files.position(id_of(file));
  if (!known || known->offset == 0 || !file.continues(*known) ||
      file.is_younger_than(known->seen_ns))
    return false;
  file.seek(known->offset);
  is_unsaved_ = true;
  return true;
}

/// Where a file was read to that has, or will have, another path.
void Tailer::remember(const FileReader& file, int64_t seen_ns) {
  ResumePoint point = file.point();
  point.seen_ns = seen_ns;
  environment_.known_files.remember(path_, id_of(file), point);
  std::erase_if(ended_, [&](const ResumePoint& other) {
    return other.device == point.device && other.inode == point.inode;
  });
  ended_.push_back(point);
  is_unsaved_ = true;
}

/// Stores what changed without a line that would carry it, once all lines have arrived.
void Tailer::save_if_delivered() {
  if (!is_unsaved_ || window_->pending() > 0 || (generations_.empty() && stragglers_.empty()))
    return;
  stored_->set(resume_text());
  is_unsaved_ = false;
}

void Tailer::relabel(const telemetry::Labels& labels) {
  Stream::relabel(labels);
  const auto lease_again = [&](Generation& g) {
    g.lease = KnownFiles::Lease(environment_.known_files, id_of(g.file), *this);
  };
  std::for_each(generations_.begin(), generations_.end(), lease_again);
  std::for_each(stragglers_.begin(), stragglers_.end(), lease_again);
}

/// Whether its content is that of a file that is open already.
bool Tailer::is_copy(const FileReader& file) const {
  const auto is_of = [&](const Generation& g) {
    return file.is_copy_of(g.file.point()) || file.is_beginning_of(g.file, g.file.point().offset);
  };
  return std::any_of(generations_.begin(), generations_.end(), is_of) ||
         std::any_of(stragglers_.begin(), stragglers_.end(), is_of);
}

Stream::Step Tailer::read_front(telemetry::LogBatch& batch, Clock::time_point now) {
  auto& [file, watch, lease, last_event, seen_ns, seen] = generations_.front();
  const bool superseded = generations_.size() > 1 || path_gone_;
  const bool ended =
      superseded && (now - last_event >= kLinger || generations_.size() > kGenerationsMax);
  const bool has_lines = read(file, batch, ended);
  file_bytes_->set(static_cast<double>(file.size()));
  read_bytes_->set(static_cast<double>(file.point().offset));
  if (has_lines) {
    if (!file.is_quiet_for(kLinger)) last_event = now;
    return Step::lines;
  }
  if (!ended) return Step::nothing;
  remember(generations_.front().file, generations_.front().seen_ns);
  stragglers_.push_back(std::move(generations_.front()));
  stragglers_.back().last_event = now;
  generations_.pop_front();
  if (stragglers_.size() > kStragglersMax) stragglers_.pop_front();
  return Step::nothing;
}

bool Tailer::read_straggler(telemetry::LogBatch& batch, Clock::time_point now) {
  std::erase_if(stragglers_,
                [&](const Generation& old) { return now - old.last_event >= kStragglerTime; });
  for (Generation& old : stragglers_) {
    if (!read(old.file, batch, false)) continue;
    old.last_event = now;
    remember(old.file, old.seen_ns);
    return true;
  }
  return false;
}

/// Takes the next lines of this file.
bool Tailer::read(FileReader& file, telemetry::LogBatch& batch, bool rest) {
  const auto taken = file.read(batch, stamps_, rest);
  if (!taken) complain(path_ + ": " + taken.error().message);
  const auto changes = file.take_changes();
  environment_.split_lines->add(changes.split_lines);
  environment_.nul_bytes->add(changes.nul_bytes);
  if (!taken || !*taken) return false;
  batch.label_sets.push_back(labels_);
  return true;
}

Stream::Step Tailer::wait(Clock::time_point now) {
  save_if_delivered();
  if (generations_.empty()) {
    due_ = now + (problem_.empty() ? absence_poll(now - path_gone_since_) : io::kRetryFile);
    wait_for_stragglers(now);
    return Step::nothing;
  }
  const auto& front = generations_.front();
  const bool superseded = generations_.size() > 1 || path_gone_;
  due_ = now + (front.watch.works() ? Clock::duration(kSafetyPoll) : environment_.poll);
  if (superseded) due_ = std::min(due_, front.last_event + kLinger);
  if (path_gone_) due_ = std::min(due_, now + absence_poll(now - path_gone_since_));
  wait_for_stragglers(now);
  return Step::nothing;
}

/// The kernel tells when one grows; where it does not, they are looked at as the file is.
void Tailer::wait_for_stragglers(Clock::time_point now) {
  for (const Generation& old : stragglers_) {
    due_ = std::min(due_, old.last_event + kStragglerTime);
    if (!old.watch.works()) due_ = std::min<Clock::time_point>(due_, now + environment_.poll);
  }
}

/// The target is gone, and its lines have arrived.
Stream::Step Tailer::finish() {
  if (window_->pending() > 0) {
    due_ = Clock::now() + milliseconds(250);
    return Step::nothing;
  }
  window_->detach();
  return Step::finished;
}

void Tailer::complain(const std::string& problem) {
  environment_.read_errors->add(1);
  if (problem != problem_) environment_.log.warn("{}", problem);
  problem_ = problem;
}

}  // namespace components::loki::source_file
