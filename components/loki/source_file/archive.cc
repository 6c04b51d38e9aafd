#include "components/loki/source_file/archive.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "components/loki/source_file/file_reader.h"
#include "components/loki/source_file/lines.h"
#include "components/loki/source_file/resume_point.h"

namespace components::loki::source_file {
namespace {

constexpr std::chrono::seconds kRetry{1};

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

std::string Archive::resume_text() const {
  ResumePoint point;
  point.offset = offset_;
  return point.text();
}

Stream::Step Archive::step(telemetry::LogBatch& batch, Clock::time_point now) {
  due_ = now + kRetry;
  if (window_->broken()) {
    renew_window();
    content_.reset();
    resting_ = false;
    return Step::nothing;
  }
  if (leaving_) return window_->pending() > 0 ? Step::nothing : Step::finished;
  if (resting_) {
    if (window_->pending() == 0) due_ = Clock::time_point::max();
    return Step::nothing;
  }
  if (!content_ && !open(now)) return Step::nothing;
  batch.buffer = std::exchange(carry_, {});
  while (!at_end_ && batch.buffer.size() < FileReader::kLineBytesMax) {
    at_end_ = !read_more(batch.buffer, FileReader::kChunkBytes);
    if (::memrchr(batch.buffer.data(), '\n', batch.buffer.size())) break;
  }
  if (at_end_) {
    rest();
  } else if (const size_t feed = batch.buffer.rfind('\n'); feed != std::string::npos) {
    carry_ = batch.buffer.substr(feed + 1);
    batch.buffer.resize(feed + 1);
  } else {
    environment_.split_lines->add(1);
  }
  if (batch.buffer.empty()) return Step::nothing;
  offset_ += batch.buffer.size();
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
  using Format = io::Decompressor::Format;
  auto opened = io::Decompressor::open(
      path_, environment_.compression == Compression::bz2 ? Format::bzip2 : Format::gzip_or_zlib);
  if (!opened) {
    if (problem_ != opened.error().message) environment_.log.warn("{}", opened.error().message);
    problem_ = opened.error().message;
    environment_.read_errors->add(1);
    return false;
  }
  problem_.clear();
  content_ = std::move(*opened);
  carry_.clear();
  offset_ = 0;
  at_end_ = false;
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0) file_bytes_->set(static_cast<double>(status.st_size));
  return skip_delivered();
}

/// Reads up to the stored offset and throws it away. False: that was all.
bool Archive::skip_delivered() {
  const auto text = environment_.positions->get(key_);
  const auto stored = text ? ResumePoint::parse(*text) : std::nullopt;
  const uint64_t target = stored ? stored->offset : 0;
  std::string passed;
  while (offset_ < target) {
    passed.clear();
    const uint64_t wanted = std::min<uint64_t>(target - offset_, FileReader::kChunkBytes);
    if (!read_more(passed, wanted)) {
      rest();
      return false;
    }
    offset_ += passed.size();
  }
  return true;
}

bool Archive::read_more(std::string& text, size_t bytes) {
  const size_t before = text.size();
  text.resize(before + bytes);
  const auto got = content_->read({text.data() + before, bytes});
  text.resize(before + (got ? *got : 0));
  if (got) return *got > 0;
  environment_.read_errors->add(1);
  environment_.log.warn("{}", got.error().message);
  problem_ = got.error().message;
  return false;
}

void Archive::rest() {
  resting_ = true;
  content_.reset();
}

}  // namespace components::loki::source_file
