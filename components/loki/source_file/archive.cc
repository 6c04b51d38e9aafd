#include "components/loki/source_file/archive.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "components/loki/source_file/rotation.h"
#include "io/backoff.h"

namespace components::loki::source_file {
namespace {

/// How often to look at a file that may still be written. A damaged one is read from its start each
/// time, so looks become fewer.
constexpr std::chrono::milliseconds kGrowthPollMin{200};
constexpr std::chrono::milliseconds kGrowthPollMax{5'000};
constexpr std::chrono::milliseconds kDamagedPoll{30'000};
/// How often to look whether the path of one that was read has another file.
constexpr std::chrono::seconds kDonePoll{5};
/// How soon another stream lets go of a file that was renamed.
constexpr std::chrono::milliseconds kRenamedPoll{100};

}  // namespace

Archive::Archive(Environment& environment, std::string path, telemetry::Labels labels)
    : Stream(environment, std::move(path), std::move(labels)),
      not_before_(Clock::now() + environment.initial_delay) {
  due_ = not_before_;
  environment_.files_active->add(1);
}

Archive::~Archive() {
  environment_.files_active->add(-1);
}

std::string Archive::resume_text() {
  point_.seen_ns = file_clock_ns();
  std::string text = point_.text();
  for (const ResumePoint& ended : std::exchange(ended_, {})) text += "\n" + ended.text();
  return text;
}

void Archive::relabel(const telemetry::Labels& labels) {
  Stream::relabel(labels);
  if (lease_) lease_.emplace(environment_.known_files, id(), *this);
}

Stream::Step Archive::step(telemetry::LogBatch& batch, Clock::time_point now) {
  due_ = now + io::kRetryFile;
  if (window_->broken()) {
    renew_window();
    leave();
    ended_.clear();
    is_resumed_ = false;
    environment_.known_files.load(environment_.positions);
    return Step::nothing;
  }
  if (!wanted_) {
    if (window_->pending() > 0) return Step::nothing;
    remember();
    save_if_delivered();
    return Step::finished;
  }
  if (!look(now)) {
    save_if_delivered();
    return Step::nothing;
  }
  if (content_->read(batch.buffer, gave_up_)) environment_.split_lines->add(1);
  environment_.nul_bytes->add(content_->take_nul_bytes());
  point_ = content_->point();
  damage_ = content_->damage();
  is_done_ = content_->is_at_end() && damage_.empty();
  if (is_done_ || (content_->is_at_end() && (gave_up_ || !content_->can_go_on()))) content_.reset();
  if (batch.buffer.empty()) {
    save_if_delivered();
    return Step::nothing;
  }
  read_bytes_->set(static_cast<double>(point_.offset));
  batch.label_sets.push_back(labels_);
  add_lines(batch, stamps_);
  return Step::lines;
}

/// Whether something is open to be read.
bool Archive::look(Clock::time_point now) {
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  const bool is_another = exists && point_.inode != 0 && !is_at(status.st_dev, status.st_ino);
  if (is_another && (is_done_ || !damage_.empty() || !content_)) {
    remember();
    leave();
    not_before_ = now + environment_.initial_delay;
  }
  if (is_done_) {
    due_ = now + kDonePoll;
    if (!exists || static_cast<uint64_t>(status.st_size) == size_) return false;
    is_done_ = false;  // It grew, or was written anew.
  }
  if (!damage_.empty() && !has_grown(now)) return false;
  return content_ || open(now);
}

bool Archive::open(Clock::time_point now) {
  if (now < not_before_) {
    due_ = not_before_;
    return false;
  }
  waits_for_descriptor_ = !OpenFiles::have_room();
  if (waits_for_descriptor_) return false;
  auto opened = ArchiveContent::open(path_, environment_.compression, environment_.encoding);
  if (!opened) {
    if (problem_ != opened.error().message) environment_.log.warn("{}", opened.error().message);
    problem_ = opened.error().message;
    environment_.read_errors->add(1);
    return false;
  }
  const KnownFiles::Id id{opened->point().device, opened->point().inode, labels_text()};
  const Stream* const reader = environment_.known_files.reader(id);
  if (reader != nullptr && reader != this) {
    due_ = now + kRenamedPoll;
    return false;
  }
  if (!gave_up_) problem_.clear();
  if (last_growth_ == Clock::time_point{}) last_growth_ = now;
  const uint64_t from = resume_offset(*opened);
  size_ = opened->size();
  file_bytes_->set(static_cast<double>(size_));
  const bool is_there = opened->skip_to(from);
  point_ = opened->point();
  point_.offset = from;  // Also when it is not there yet.
  damage_ = opened->damage();
  if (!lease_) lease_.emplace(environment_.known_files, id, *this);
  is_done_ = !is_there && damage_.empty();
  if (is_there) content_ = std::move(*opened);
  return is_there;
}

uint64_t Archive::resume_offset(const ArchiveContent& content) {
  const ResumePoint& now = content.point();
  if (is_at(now.device, now.inode) && content.begins_with(point_.beginning)) return point_.offset;
  std::optional<ResumePoint> stored;
  if (!std::exchange(is_resumed_, true))
    if (const auto text = environment_.positions->get(key_)) stored = ResumePoint::parse(*text);
  // The path had another file, which may have gone to another path: that one is not to lose it.
  if (stored && stored->inode != 0 && (stored->device != now.device || stored->inode != now.inode))
    ended_.push_back(*stored);
  const auto known = environment_.known_files.position({now.device, now.inode, labels_text()});
  if (known && content.begins_with(known->beginning)) {
    is_unsaved_ = true;  // It may be stored for another path, which has another file now.
    return known->offset;
  }
  if (!stored) return 0;
  // Earlier versions stored the offset alone. A copy has another inode.
  const bool is_copy = stored->beginning.size >= Fingerprint::kBytesTelling &&
                       content.begins_with(stored->beginning);
  return stored->inode == 0 || is_copy ? stored->offset : 0;
}

/// Whether content that ended before its end is worth another look: the file has changed, or it is
/// time to take what there is.
bool Archive::has_grown(Clock::time_point now) {
  due_ = now + (gave_up_ ? kDamagedPoll : std::max(growth_poll_, kGrowthPollMin));
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  const auto size = static_cast<uint64_t>(status.st_size);
  if (exists && size != size_) {
    // Reading goes on where it was, unless this is other content.
    if (size < size_) content_.reset();
    if (content_) size_ = size;
    last_growth_ = now;
    growth_poll_ = std::clamp(2 * growth_poll_, kGrowthPollMin, kGrowthPollMax);
    gave_up_ = false;
    return true;
  }
  if (gave_up_ || now - last_growth_ < kGrowthTime) return false;
  gave_up_ = true;
  if (size_ == 0) return false;  // Nothing was written, so nothing is wrong.
  environment_.read_errors->add(1);
  environment_.log.warn("{}", damage_);
  problem_ = damage_;
  return true;
}

/// The path has another file now, or positions are to be looked up again.
void Archive::leave() {
  content_.reset();
  lease_.reset();
  point_ = {};
  is_done_ = gave_up_ = false;
  damage_.clear();
  problem_.clear();
  size_ = 0;
  last_growth_ = {};
}

void Archive::remember() {
  if (point_.inode == 0) return;
  point_.seen_ns = file_clock_ns();
  environment_.known_files.remember(path_, id(), point_);
  ended_.push_back(point_);
  is_unsaved_ = true;
}

/// Stores what changed without a line that would carry it, once all lines have arrived.
void Archive::save_if_delivered() {
  if (!is_unsaved_ || window_->pending() > 0 || point_.inode == 0) return;
  stored_->set(resume_text());
  is_unsaved_ = false;
}

}  // namespace components::loki::source_file
