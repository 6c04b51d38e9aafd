#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "io/segment_log/recovery.h"
#include "io/segment_log/segment_reader.h"

namespace io::segment_log {

using Clock = std::chrono::steady_clock;

/// How far a cursor is. Belongs to the Index and its lock.
struct Position {
  uint64_t acknowledged = 0;  ///< all up to this is done with
  uint64_t next = 1;          ///< to be read
  uint64_t known = 0;         ///< a sequence of which the place is known:
  uint64_t known_at = 0;      ///< this one, unless it is the first of its segment
  bool is_open = false;       ///< some Cursor reads with it
};

/// What the log knows of its segments and cursors: who appends, who reads and the thread that
/// commits meet here. Does no I/O and holds its lock for moments only. Thread safe.
class Index {
 public:
  Index(Found found, const Options& options, const Metrics& metrics);

  // For the one who appends, one at a time.
  uint64_t next_sequence() const;
  /// Whether so many bytes more stay within the bound. Names .bad files to remove that make room.
  bool make_room(uint64_t bytes, std::vector<std::filesystem::path>& to_remove);
  /// A new segment, which is written from now on.
  void add_segment(uint64_t first, std::shared_ptr<SegmentFile> file);
  /// A record was written to the newest segment.
  void add_record(uint64_t bytes, Urgency urgency);
  /// The newest segment is not written any more. One without records is forgotten: true, and its
  /// file is to be removed.
  bool close_segment();
  /// Until there is room, or it is time: then false.
  bool wait_for_room(uint64_t bytes, std::stop_token stop, Clock::time_point until);
  bool has_room_for(uint64_t bytes) const;
  uint64_t bytes() const;

  /// The oldest segment, taken out of the log, and where each cursor would have read on in it.
  struct Dropping {
    std::shared_ptr<Segment> segment;
    Extent extent;
    std::vector<std::pair<std::string, uint64_t>> cursors;  ///< name, first sequence not read
  };
  /// Nothing when the only segment is still written, or there is none.
  std::optional<Dropping> drop_oldest();

  // For cursors.
  /// The position with this name, made at the oldest record, or behind the newest, when new. It has
  /// no other user.
  Position& open_position(std::string_view name, bool at_oldest);
  void close_position(Position& position);
  std::vector<std::string> position_names() const;  ///< without parts
  // With their parts:
  void forget_position(std::string_view name);
  void rename_position(std::string_view from, std::string_view to);
  /// Forgets the positions of all other names.
  void keep_positions(std::span<const std::string> names);
  /// The part of a position with this name. It has no other user.
  Position& open_part(const Position& whole, std::string_view part, uint64_t acknowledged,
                      uint64_t next);
  std::vector<std::string> parts_of(const Position& whole) const;
  /// Closes the part.
  void forget_part(Position& part);
  struct Place {
    std::shared_ptr<Segment> segment;
    Extent extent;
    uint64_t next = 0;  ///< sequence to read
    uint64_t at = 0;    ///< where that stands; 0: not known
  };
  /// Where the cursor reads on; nothing when it has read everything.
  std::optional<Place> place_of(Position& position);
  /// Whether records may still be added to the segment.
  bool is_written(const Segment& segment) const;
  /// All before `next` is read. False when the segment was dropped meanwhile: what was read of it
  /// is counted as lost, and must not be used.
  bool advance(Position& position, const Segment& segment, uint64_t next);
  /// All up to `through` need not be read.
  void skip(Position& position, uint64_t through);
  /// Records, or places of damaged ones, that are not read yet.
  uint64_t unread(const Position& position) const;
  /// Sequence of the first record that is not read.
  uint64_t next_of(const Position& position) const;
  /// The records before `end`, from `begin`, cannot be read. Returns how many are counted by this
  /// call, the first cursor that comes to them.
  uint64_t note_damage(Segment& segment, uint64_t begin, uint64_t end);
  void acknowledge(Position& position, uint64_t through);
  uint64_t acknowledged(const Position& position) const;
  /// Until there is something to read, or it is time: then false.
  bool wait_for_record(const Position& position, std::stop_token stop, Clock::time_point until);

  // For the one who commits, one at a time.
  /// What is to be made durable.
  struct Pending {
    std::vector<std::shared_ptr<SegmentFile>> files;
    uint64_t first = 0;
    uint64_t last = 0;                                       ///< below `first`: no records
    std::optional<std::map<std::string, uint64_t>> cursors;  ///< when one has moved
  };
  /// Until something is due, or it is time. False when stop is requested.
  bool wait_for_work(const std::stop_token& stop, Clock::time_point until);
  /// Something else is due after commit_interval.
  void call_committer();
  Pending take_pending();
  /// The cursors could not be saved: they are due again.
  void put_back_cursors();
  /// Segments that all cursors are done with, taken out of the log; with `is_closing` also one that
  /// is still written. Their files are to be removed, or set aside when damaged.
  std::vector<std::shared_ptr<Segment>> take_done(bool is_closing);
  /// Such a file was set aside. Returns those that are too many.
  std::vector<BadFile> add_bad(BadFile file);

 private:
  bool has_room(uint64_t bytes) const REQUIRES_LOCK(mutex_);
  bool is_due(Clock::time_point now) const REQUIRES_LOCK(mutex_);
  void make_dirty(Urgency urgency = Urgency::usual) REQUIRES_LOCK(mutex_);
  void show() REQUIRES_LOCK(mutex_);

  const Options& options_;
  const Metrics& metrics_;
  mutable base::Mutex mutex_;
  base::Condition for_readers_, for_room_, for_commit_;
  std::deque<std::shared_ptr<Segment>> segments_ GUARDED_BY(mutex_);
  std::deque<BadFile> bad_ GUARDED_BY(mutex_);
  std::map<std::string, Position, std::less<>> positions_ GUARDED_BY(mutex_);
  uint64_t next_sequence_ GUARDED_BY(mutex_);
  uint64_t bytes_ GUARDED_BY(mutex_) = 0;  ///< of segments_ and bad_
  std::vector<std::shared_ptr<SegmentFile>> to_sync_ GUARDED_BY(mutex_);
  uint64_t committed_ GUARDED_BY(mutex_);          ///< last record handed to take_pending()
  uint64_t pending_bytes_ GUARDED_BY(mutex_) = 0;  ///< of the records after it
  bool has_moved_ GUARDED_BY(mutex_) = false;      ///< a cursor, since it was saved
  bool is_dirty_ GUARDED_BY(mutex_) = false;       ///< something is due at due_
  Clock::time_point due_ GUARDED_BY(mutex_);
};

}  // namespace io::segment_log
