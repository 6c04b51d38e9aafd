#include "io/segment_log/cursor.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace io::segment_log {
namespace {

/// Whether the error speaks of what is on the disk, and not of descriptors or memory that are short
/// at the moment.
bool is_of_disk(int error) {
  return error == EIO || error == ENOENT || error == EBADMSG || error == EUCLEAN || error == ENXIO;
}

}  // namespace

Cursor::~Cursor() {
  if (is_forgotten_)
    log_.index_.forget_part(position_);
  else
    log_.index_.close_position(position_);
}

base::Result<std::optional<Record>> Cursor::next() {
  while (const auto place = log_.index_.place_of(position_)) {
    if (const int error = open(*place); error != 0) {
      if (auto given_up = give_up(*place, place->next, error); !given_up)
        return tl::unexpected(given_up.error());
      continue;
    }
    if (place->at != 0) reader_->go_on_at(place->at, place->next);
    Record record;
    const uint64_t expected = reader_->expected();
    const auto step = reader_->next(place->extent, record);
    if (step.status == SegmentReader::Status::failed) {
      if (auto given_up = give_up(*place, expected, step.error); !given_up)
        return tl::unexpected(given_up.error());
      continue;
    }
    tries_ = 0;
    // What was read before a restart is not counted once more.
    const uint64_t begin = std::max(expected, place->next);
    if (expected + step.damaged > begin)
      log_.note_damage(*place->segment, begin, expected + step.damaged);
    const bool is_end = step.status == SegmentReader::Status::end;
    const uint64_t next = is_end ? place->extent.end : record.sequence + 1;
    const bool is_wanted = log_.index_.advance(position_, *place->segment, next);
    if (is_wanted && !is_end && record.sequence >= place->next)
      return std::optional(std::move(record));
  }
  // Reading goes on where it ended if more comes. Of a file that was removed the space is free only
  // when it is closed.
  if (segment_ && !log_.index_.is_written(*segment_)) {
    segment_ = nullptr;
    reader_ = nullptr;
  }
  return std::nullopt;
}

int Cursor::open(const Index::Place& place) {
  if (segment_ == place.segment) return 0;
  base::Descriptor fd(
      log_.options_.disk.open(place.segment->path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!fd) return errno;
  reader_ =
      std::make_unique<SegmentReader>(log_.options_.disk, std::move(fd), place.segment->first);
  segment_ = place.segment;
  return 0;
}

base::Result<void> Cursor::give_up(const Index::Place& place, uint64_t begin, int error) {
  if (!is_of_disk(error) || ++tries_ < kTriesMax)
    return base::fail_errno(fmt::format("cannot read {}", place.segment->path.string()), error);
  tries_ = 0;
  log_.note_damage(*place.segment, std::max(begin, place.next), place.extent.end);
  log_.index_.advance(position_, *place.segment, place.extent.end);
  return {};
}

void Cursor::skip(uint64_t sequence) {
  log_.index_.skip(position_, sequence);
}

uint64_t Cursor::unread() const {
  return log_.index_.unread(position_);
}

bool Cursor::wait(std::stop_token stop, Clock::time_point until) {
  return log_.index_.wait_for_record(position_, std::move(stop), until);
}

void Cursor::acknowledge(uint64_t sequence) {
  log_.index_.acknowledge(position_, sequence);
}

uint64_t Cursor::acknowledged() const {
  return log_.index_.acknowledged(position_);
}

uint64_t Cursor::next_sequence() const {
  return log_.index_.next_of(position_);
}

std::vector<std::string> Cursor::parts() const {
  return log_.index_.parts_of(position_);
}

std::unique_ptr<Cursor> Cursor::part(std::string_view name, uint64_t acknowledged, uint64_t next) {
  return std::make_unique<Cursor>(log_, log_.index_.open_part(position_, name, acknowledged, next));
}

void Cursor::forget(std::unique_ptr<Cursor> part) {
  part->is_forgotten_ = true;
}

}  // namespace io::segment_log
