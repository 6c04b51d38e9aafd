#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/mutex.h"
#include "components/shared/sink/codec.h"
#include "io/segment_log/cursor.h"

namespace components::sink {

/// What an endpoint is done with, lane by lane, as positions of cursors in the log of a disk queue.
///
/// The endpoint's cursor is behind the last record of which everything is done, in all lanes but
/// those that are *apart*: such a lane has a cursor of its own, a part of the endpoint's. So the
/// others go on without it, after a restart as well. Of a lane that is given back the part stays
/// until what it was apart for is done.
///
/// Records are told in order. What is abandoned is never done. Thread safe; acks may outlive it.
class LaneAcks {
 public:
  using Cursor = io::segment_log::Cursor;

  /// The cursor is used until detach().
  explicit LaneAcks(Cursor& cursor);
  ~LaneAcks() { detach(); }
  LaneAcks(const LaneAcks&) = delete;
  LaneAcks& operator=(const LaneAcks&) = delete;

  /// Gives the shares of a batch the acks of this record. Their lanes are not apart.
  void issue(uint64_t sequence, std::span<Share> shares);
  /// The record holds nothing but of lanes that are apart.
  void pass(uint64_t sequence) { issue(sequence, {}); }
  /// The same for the lane of a part, of which all of the shares are.
  void issue_apart(const std::string& lane, uint64_t sequence, std::span<Share> shares);
  void pass_apart(const std::string& lane, uint64_t sequence);

  /// The lane whose first record that is not done holds up the endpoint's cursor.
  std::optional<std::string> slowest() const;
  /// The lane is apart from now on. The part of this name is new, and reads on behind the last
  /// record told, or it was left by a run before.
  std::unique_ptr<Cursor> set_apart(const std::string& lane, const std::string& part);
  std::unique_ptr<Cursor> go_on_apart(const std::string& lane, const std::string& part);
  /// Records from this one on, which is the next one told, are the endpoint's cursor's again.
  void give_back(const std::string& lane, uint64_t sequence, std::unique_ptr<Cursor> part);
  /// Ends reporting: the cursors move no more.
  void detach();

  /// Gives a batch the ack of all its shares.
  static void join(Batch& batch);

 private:
  struct Slot {
    uint64_t sequence = 0;
    bool is_done = false;
  };
  struct Lane {
    std::deque<Slot> slots;  ///< from the first that is not done, by sequence
    Cursor* part = nullptr;
    uint64_t through = 0;              ///< told of the part
    uint64_t given_back = UINT64_MAX;  ///< those from here on are not the part's
    std::unique_ptr<Cursor> kept;      ///< the part, once given back
    std::optional<uint64_t> holds;     ///< in State::held
  };
  using Lanes = std::map<std::string, Lane, std::less<>>;
  struct State {
    mutable base::Mutex mutex;
    Cursor* cursor GUARDED_BY(mutex) = nullptr;  ///< null: detached
    uint64_t through GUARDED_BY(mutex) = 0;      ///< last record told
    Lanes lanes GUARDED_BY(mutex);               ///< that have slots or a part
    std::set<std::pair<uint64_t, std::string>> held GUARDED_BY(mutex);  ///< first of each lane

    void resolve(const std::string& lane, uint64_t sequence, bool is_delivered)
        EXCLUDES_LOCK(mutex);
    telemetry::Ack issue(const std::shared_ptr<State>& self, const std::string& name,
                         uint64_t sequence) REQUIRES_LOCK(mutex);
    void move(Lanes::iterator place) REQUIRES_LOCK(mutex);
    void hold(Lanes::iterator place) REQUIRES_LOCK(mutex);
    void move_part(Lane& lane) REQUIRES_LOCK(mutex);
    void move_cursor() REQUIRES_LOCK(mutex);
    std::unique_ptr<Cursor> set_apart(const std::string& name, const std::string& part)
        REQUIRES_LOCK(mutex);
    std::unique_ptr<Cursor> begin_part(const std::string& name, std::unique_ptr<Cursor> part,
                                       uint64_t lane_through) REQUIRES_LOCK(mutex);
  };

  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace components::sink
