#include "components/loki/source_file/archive.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "components/loki/source_file/file_reader.h"
#include "components/loki/source_file/rotation.h"
#include "io/backoff.h"

namespace components::loki::source_file {
namespace {

/// How often to look at a file that may still be written. A damaged one is read from its start each
/// time, so looks become fewer.
constexpr std::chrono::milliseconds kGrowthPollMin{200};
constexpr std::chrono::milliseconds kGrowthPollMax{5'000};
constexpr std::chrono::milliseconds kDamagedPoll{30'000};

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
  ResumePoint point;
  point.offset = offset_;
  point.seen_ns = file_clock_ns();
  return point.text();
}

Stream::Step Archive::step(telemetry::LogBatch& batch, Clock::time_point now) {
  due_ = now + io::kRetryFile;
  if (window_->broken()) {
    renew_window();
    content_.reset();
    damage_.clear();
    read_to_.reset();
    resting_ = false;
    return Step::nothing;
  }
  if (!wanted_) return window_->pending() > 0 ? Step::nothing : Step::finished;
  if (resting_) {
    if (window_->pending() == 0) due_ = Clock::time_point::max();
    return Step::nothing;
  }
  if (!damage_.empty() && !has_grown(now)) return Step::nothing;
  if (!content_ && !open(now)) return Step::nothing;
  at_end_ = false;
  damage_.clear();
  batch.buffer = std::exchange(carry_, {});
  while (!at_end_ && batch.buffer.size() < FileReader::kLineBytesMax) {
    at_end_ = !read_more(batch.buffer, FileReader::kChunkBytes);
    if (::memrchr(batch.buffer.data(), '\n', batch.buffer.size())) break;
  }
  if (at_end_ && (damage_.empty() || gave_up_)) {
    if (damage_.empty()) rest();
    content_.reset();
  } else if (const size_t feed = batch.buffer.rfind('\n'); feed != std::string::npos) {
    carry_ = batch.buffer.substr(feed + 1);
    batch.buffer.resize(feed + 1);
  } else if (at_end_) {
    carry_ = std::exchange(batch.buffer, {});
  } else {
    environment_.split_lines->add(1);
  }
  offset_ += batch.buffer.size();
  if (at_end_ && !damage_.empty()) {
    read_to_ = offset_;
    if (content_ && !content_->is_incomplete()) content_.reset();
  }
  if (batch.buffer.empty()) return Step::nothing;
  read_bytes_->set(static_cast<double>(offset_));
  batch.label_sets.push_back(labels_);
  add_lines(batch, stamps_);
  return Step::lines;
}

bool Archive::open(Clock::time_point now) {
  if (now < not_before_) {
    due_ = not_before_;
    return false;
  }
  auto opened = open_file();
  if (!opened) {
    if (problem_ != opened.error().message) environment_.log.warn("{}", opened.error().message);
    problem_ = opened.error().message;
    environment_.read_errors->add(1);
    return false;
  }
  if (!gave_up_) problem_.clear();
  content_ = std::move(*opened);
  carry_.clear();
  offset_ = 0;
  damage_.clear();
  if (last_growth_ == Clock::time_point{}) last_growth_ = now;
  file_bytes_->set(static_cast<double>(size_));
  return skip_to(read_to_.value_or(stored_offset()));
}

base::Result<std::unique_ptr<io::Decompressor>> Archive::open_file() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return base::fail_errno(path_, errno);
  // Opening a FIFO waits for a writer.
  if (!S_ISREG(status.st_mode)) return base::fail("{}: not a regular file", path_);
  size_ = static_cast<uint64_t>(status.st_size);
  inode_ = status.st_ino;
  using Format = io::Decompressor::Format;
  const bool bzip2 = environment_.compression == Compression::bz2;
  return io::Decompressor::open(path_, bzip2 ? Format::bzip2 : Format::gzip_or_zlib);
}

uint64_t Archive::stored_offset() const {
  const auto text = environment_.positions->get(key_);
  const auto stored = text ? ResumePoint::parse(*text) : std::nullopt;
  return stored ? stored->offset : 0;
}

/// Reads up to an offset and throws it away. False: that was all.
bool Archive::skip_to(uint64_t target) {
  std::string passed;
  while (offset_ < target) {
    passed.clear();
    const uint64_t wanted = std::min<uint64_t>(target - offset_, FileReader::kChunkBytes);
    if (!read_more(passed, wanted)) {
      content_.reset();
      if (damage_.empty()) rest();
      return false;
    }
    offset_ += passed.size();
  }
  return true;
}

/// Whether content that ended before its end is worth another look: the file has changed, or it is
/// time to take what there is.
bool Archive::has_grown(Clock::time_point now) {
  due_ = now + (gave_up_ ? kDamagedPoll : std::max(growth_poll_, kGrowthPollMin));
  struct stat status {};
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  const auto size = static_cast<uint64_t>(status.st_size);
  if (exists && (size != size_ || status.st_ino != inode_)) {
    // Reading goes on where it was, unless this is other content.
    if (size < size_ || status.st_ino != inode_) content_.reset();
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

bool Archive::read_more(std::string& text, size_t bytes) {
  const size_t before = text.size();
  text.resize(before + bytes);
  const auto got = content_->read({text.data() + before, bytes});
  text.resize(before + (got ? *got : 0));
  if (got && size_ == 0) damage_ = path_ + ": empty";
  if (got) return *got > 0;
  damage_ = got.error().message;
  return false;
}

void Archive::rest() {
  resting_ = true;
  content_.reset();
}

}  // namespace components::loki::source_file
