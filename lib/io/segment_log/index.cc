#include "io/segment_log/index.h"

#include <algorithm>
#include <utility>

#include "base/ensure.h"

namespace io::segment_log {
namespace {

constexpr size_t kBadFilesMax = 2;

using Positions = std::map<std::string, Position, std::less<>>;

Positions::iterator find(Positions& positions, const Position& position) {
  return std::ranges::find_if(positions,
                              [&](const auto& entry) { return &entry.second == &position; });
}

/// Those that are parts of the one with this name.
std::pair<Positions::iterator, Positions::iterator> parts_among(Positions& positions,
                                                                std::string_view name) {
  const std::string first = part_name(name, "");
  const auto begin = positions.lower_bound(first);
  auto end = begin;
  while (end != positions.end() && end->first.starts_with(first)) ++end;
  return {begin, end};
}

/// Its address stays.
void rename(Positions& positions, std::string_view from, std::string to) {
  auto node = positions.extract(positions.find(from));
  ENSURE(!node.empty());
  node.key() = std::move(to);
  const auto inserted = positions.insert(std::move(node));
  ENSURE(inserted.inserted);
}

}  // namespace

std::string part_name(std::string_view cursor, std::string_view part) {
  return fmt::format("{}{}{}", cursor, kPartMark, part);
}

std::string_view whole_of(std::string_view name) {
  return name.substr(0, name.find(kPartMark, 1));
}

Index::Index(Found found, const Options& options, const Metrics& metrics)
    : options_(options),
      metrics_(metrics),
      segments_(std::move(found.segments)),
      bad_(std::move(found.bad)),
      next_sequence_(found.next_sequence),
      committed_(next_sequence_ - 1) {
  for (const auto& [name, acknowledged] : found.acknowledged)
    positions_[name] = {acknowledged, acknowledged + 1, false};
  for (const auto& segment : segments_) bytes_ += segment->bytes;
  for (const auto& file : bad_) bytes_ += file.bytes;
  make_dirty();  // There may be segments that are done with.
  show();
}

uint64_t Index::next_sequence() const {
  base::Lock lock(mutex_);
  return next_sequence_;
}

bool Index::make_room(uint64_t bytes, std::vector<std::filesystem::path>& to_remove) {
  base::Lock lock(mutex_);
  while (!has_room(bytes) && !bad_.empty()) {
    to_remove.push_back(std::move(bad_.front().path));
    bytes_ -= bad_.front().bytes;
    bad_.pop_front();
  }
  show();
  return has_room(bytes);
}

void Index::add_segment(uint64_t first, std::shared_ptr<SegmentFile> file) {
  base::Lock lock(mutex_);
  auto segment = std::make_shared<Segment>(first, file->path());
  segment->bytes = file->bytes();
  bytes_ += segment->bytes;
  segment->file = file;
  segments_.push_back(std::move(segment));
  to_sync_.push_back(std::move(file));
}

void Index::add_record(uint64_t bytes, Urgency urgency) {
  base::Lock lock(mutex_);
  Segment& segment = *segments_.back();
  segment.bytes += bytes;
  segment.end = ++next_sequence_;
  bytes_ += bytes;
  pending_bytes_ += bytes;
  if (to_sync_.empty() || to_sync_.back() != segment.file) to_sync_.push_back(segment.file);
  const bool is_full = pending_bytes_ >= options_.commit_bytes;
  make_dirty(urgency);
  if (is_full && pending_bytes_ - bytes < options_.commit_bytes) for_commit_.notify_all();
  for_readers_.notify_all();
  show();
}

bool Index::close_segment() {
  base::Lock lock(mutex_);
  Segment& segment = *segments_.back();
  segment.file = nullptr;
  make_dirty();  // It may be done with.
  if (segment.end != segment.first) return false;
  bytes_ -= segment.bytes;
  segments_.pop_back();
  show();
  return true;
}

bool Index::wait_for_room(uint64_t bytes, std::stop_token stop, Clock::time_point until) {
  base::Lock lock(mutex_);
  return for_room_.wait_until(mutex_, std::move(stop), until,
                              [&]() REQUIRES_LOCK(mutex_) { return has_room(bytes); });
}

bool Index::has_room_for(uint64_t bytes) const {
  base::Lock lock(mutex_);
  return has_room(bytes);
}

uint64_t Index::bytes() const {
  base::Lock lock(mutex_);
  return bytes_;
}

std::optional<Index::Dropping> Index::drop_oldest() {
  base::Lock lock(mutex_);
  if (segments_.empty() || segments_.front()->file) return std::nullopt;
  Dropping dropping{segments_.front(), {segments_.front()->bytes, segments_.front()->end}, {}};
  Segment& segment = *dropping.segment;
  segments_.pop_front();
  segment.is_dropped = true;
  for (auto& [name, position] : positions_) {
    if (position.next >= segment.end) continue;
    dropping.cursors.emplace_back(name, std::max(position.next, segment.first));
    position.next = segment.end;
  }
  bytes_ -= segment.bytes;
  for_room_.notify_all();
  show();
  return dropping;
}

Position& Index::open_position(std::string_view name, bool at_oldest) {
  base::Lock lock(mutex_);
  const auto [at, is_new] = positions_.try_emplace(std::string(name));
  Position& position = at->second;
  ENSURE(!position.is_open);
  position.is_open = true;
  if (is_new)
    position.acknowledged =
        segments_.empty() || !at_oldest ? next_sequence_ - 1 : segments_.front()->first - 1;
  position.next = position.acknowledged + 1;
  has_moved_ = has_moved_ || is_new;
  make_dirty();
  return position;
}

void Index::close_position(Position& position) {
  base::Lock lock(mutex_);
  position.is_open = false;
}

std::vector<std::string> Index::position_names() const {
  base::Lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, position] : positions_)
    if (whole_of(name) == name) names.push_back(name);
  return names;
}

// Parts.

Position& Index::open_part(const Position& whole, std::string_view part, uint64_t acknowledged,
                           uint64_t next) {
  base::Lock lock(mutex_);
  const auto [at, is_new] = positions_.try_emplace(part_name(find(positions_, whole)->first, part),
                                                   Position{acknowledged, next});
  Position& position = at->second;
  ENSURE(!position.is_open);
  position.is_open = true;
  has_moved_ = has_moved_ || is_new;
  make_dirty();
  return position;
}

std::vector<std::string> Index::parts_of(const Position& whole) const {
  base::Lock lock(mutex_);
  std::vector<std::string> names;
  std::string_view name;
  for (const auto& [key, position] : positions_)
    if (&position == &whole) name = key;
  const std::string first = part_name(name, "");
  for (const auto& [key, position] : positions_)
    if (key.starts_with(first)) names.push_back(key.substr(first.size()));
  return names;
}

void Index::forget_part(Position& part) {
  base::Lock lock(mutex_);
  positions_.erase(find(positions_, part));
  has_moved_ = true;
  make_dirty();
}

void Index::forget_position(std::string_view name) {
  base::Lock lock(mutex_);
  const auto found = positions_.find(name);
  if (found == positions_.end()) return;
  ENSURE(!found->second.is_open);
  positions_.erase(found);
  const auto [begin, end] = parts_among(positions_, name);
  positions_.erase(begin, end);
  has_moved_ = true;
  make_dirty();
}

void Index::rename_position(std::string_view from, std::string_view to) {
  base::Lock lock(mutex_);
  std::vector<std::string> parts;
  const auto [begin, end] = parts_among(positions_, from);
  for (auto at = begin; at != end; ++at) parts.push_back(at->first.substr(from.size() + 1));
  rename(positions_, from, std::string(to));
  for (const auto& part : parts) rename(positions_, part_name(from, part), part_name(to, part));
  has_moved_ = true;
  make_dirty();
}

void Index::keep_positions(std::span<const std::string> names) {
  base::Lock lock(mutex_);
  const size_t gone = std::erase_if(positions_, [&](const auto& entry) {
    const bool is_kept =
        std::find(names.begin(), names.end(), whole_of(entry.first)) != names.end();
    ENSURE(is_kept || !entry.second.is_open);
    return !is_kept;
  });
  if (gone == 0) return;
  has_moved_ = true;
  make_dirty();
}

std::optional<Index::Place> Index::place_of(Position& position) {
  base::Lock lock(mutex_);
  for (const auto& segment : segments_) {
    if (position.next >= segment->end) continue;
    position.next = std::max(position.next, segment->first);
    const bool is_known = position.next == position.known && position.next > segment->first;
    return Place{
        segment, {segment->bytes, segment->end}, position.next, is_known ? position.known_at : 0};
  }
  return std::nullopt;
}

bool Index::is_written(const Segment& segment) const {
  base::Lock lock(mutex_);
  return segment.file != nullptr;
}

bool Index::advance(Position& position, const Segment& segment, uint64_t next) {
  base::Lock lock(mutex_);
  if (segment.is_dropped) return false;
  position.next = std::max(position.next, next);
  return true;
}

void Index::skip(Position& position, uint64_t through) {
  base::Lock lock(mutex_);
  position.next = std::max(position.next, through + 1);
  if (segments_.empty() || segments_.back()->end != position.next) return;
  position.known = position.next;
  position.known_at = segments_.back()->bytes;
}

uint64_t Index::unread(const Position& position) const {
  base::Lock lock(mutex_);
  if (segments_.empty()) return 0;
  const uint64_t next = std::max(position.next, segments_.front()->first);
  return segments_.back()->end - std::min(next, segments_.back()->end);
}

uint64_t Index::next_of(const Position& position) const {
  base::Lock lock(mutex_);
  return position.next;
}

uint64_t Index::note_damage(Segment& segment, uint64_t begin, uint64_t end) {
  base::Lock lock(mutex_);
  segment.is_damaged = true;
  begin = std::max(begin, segment.counted_through);
  segment.counted_through = std::max(end, segment.counted_through);
  return end > begin ? end - begin : 0;
}

void Index::acknowledge(Position& position, uint64_t through) {
  base::Lock lock(mutex_);
  if (through <= position.acknowledged) return;
  ENSURE(through < next_sequence_);
  position.acknowledged = through;
  has_moved_ = true;
  make_dirty();
}

uint64_t Index::acknowledged(const Position& position) const {
  base::Lock lock(mutex_);
  return position.acknowledged;
}

bool Index::wait_for_record(const Position& position, std::stop_token stop,
                            Clock::time_point until) {
  base::Lock lock(mutex_);
  return for_readers_.wait_until(mutex_, std::move(stop), until, [&]() REQUIRES_LOCK(mutex_) {
    return !segments_.empty() && position.next < segments_.back()->end;
  });
}

bool Index::wait_for_work(const std::stop_token& stop, Clock::time_point until) {
  base::Lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = Clock::now();
    if (is_due(now) || now >= until) return true;
    const bool was_dirty = is_dirty_;
    const auto has_news = [&, seen = due_]() REQUIRES_LOCK(mutex_) {
      return was_dirty ? due_ != seen || is_due(Clock::now()) : is_dirty_;
    };
    // The wait reads it without the lock.
    const Clock::time_point next = was_dirty ? std::min(due_, until) : until;
    if (next == Clock::time_point::max())
      for_commit_.wait(mutex_, stop, has_news);
    else
      for_commit_.wait_until(mutex_, stop, next, has_news);
  }
  return false;
}

void Index::call_committer() {
  base::Lock lock(mutex_);
  make_dirty();
}

Index::Pending Index::take_pending() {
  base::Lock lock(mutex_);
  Pending pending{std::exchange(to_sync_, {}), committed_ + 1, next_sequence_ - 1, std::nullopt};
  committed_ = next_sequence_ - 1;
  pending_bytes_ = 0;
  is_dirty_ = false;
  if (std::exchange(has_moved_, false)) {
    pending.cursors.emplace();
    for (const auto& [name, position] : positions_)
      pending.cursors->emplace(name, position.acknowledged);
  }
  return pending;
}

void Index::put_back_cursors() {
  base::Lock lock(mutex_);
  has_moved_ = true;
  make_dirty();
}

std::vector<std::shared_ptr<Segment>> Index::take_done(bool is_closing) {
  base::Lock lock(mutex_);
  std::vector<std::shared_ptr<Segment>> done;
  const auto is_behind = [](const auto& cursor, uint64_t end) {
    return cursor.second.acknowledged + 1 < end;
  };
  while (!positions_.empty() && !segments_.empty()) {
    const auto& segment = segments_.front();
    const bool is_needed =
        std::any_of(positions_.begin(), positions_.end(),
                    [&](const auto& cursor) { return is_behind(cursor, segment->end); });
    if (is_needed || (segment->file && !is_closing)) break;
    bytes_ -= segment->bytes;
    done.push_back(segment);
    segments_.pop_front();
  }
  if (!done.empty()) for_room_.notify_all();
  show();
  return done;
}

std::vector<BadFile> Index::add_bad(BadFile file) {
  base::Lock lock(mutex_);
  bytes_ += file.bytes;
  bad_.push_back(std::move(file));
  std::vector<BadFile> too_many;
  for (; bad_.size() > kBadFilesMax; bad_.pop_front()) {
    bytes_ -= bad_.front().bytes;
    too_many.push_back(std::move(bad_.front()));
  }
  show();
  return too_many;
}

bool Index::is_due(Clock::time_point now) const {
  return is_dirty_ && (now >= due_ || pending_bytes_ >= options_.commit_bytes);
}

void Index::make_dirty(Urgency urgency) {
  const bool is_usual = urgency == Urgency::usual;
  const auto due = Clock::now() + (is_usual ? options_.commit_interval : options_.awaited_interval);
  if (is_dirty_ && (is_usual || due >= due_)) return;
  is_dirty_ = true;
  due_ = due;
  for_commit_.notify_all();
}

bool Index::has_room(uint64_t bytes) const {
  return bytes_ + bytes <= options_.bytes_max;
}

void Index::show() {
  metrics_.bytes->set(static_cast<double>(bytes_));
}

}  // namespace io::segment_log
