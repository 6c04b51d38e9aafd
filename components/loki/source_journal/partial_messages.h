#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/source_journal/labeller.h"

namespace components::loki::source_journal {

/// One journal entry, or the whole message that several of them made.
struct Message {
  EntryFields fields;
  uint64_t realtime_us = 0;  ///< of its first piece
  size_t pieces = 1;
};

/// Joins the entries that long messages are cut into: by container engines that log to the journal
/// (CONTAINER_PARTIAL_MESSAGE, with an id or without), and by journald itself where a service's
/// standard output is longer than LineMax= (_LINE_BREAK=line-max).
///
/// A message is bounded: by kBytesMax; by kWait, in the time of the journal and in that of the
/// clock; and all that wait by kMessagesMax and kHeldBytesMax. What goes beyond is sent as it is.
class PartialMessages {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kWait{5};
  static constexpr size_t kBytesMax = size_t{10} << 20;
  static constexpr size_t kHeldBytesMax = size_t{64} << 20;
  static constexpr size_t kMessagesMax = 256;

  /// Whether take() looks at the field.
  static bool reads(std::string_view field);

  /// Takes the next entry of the journal. True: `entry` is to be sent; it has become the whole
  /// message if it was the last piece of one. False: its message is kept until more of it comes.
  /// `position`: where reading resumes to get this entry again.
  bool take(Message& entry, std::string_view position, Clock::time_point now);

  /// A message whose end did not come in time, or for which there is no room, as far as it came.
  /// Ask until there is none. `realtime_us`: of the entry that was read last; nullopt at the end of
  /// the journal.
  std::optional<Message> take_overdue(std::optional<uint64_t> realtime_us, Clock::time_point now);

  bool empty() const { return kept_.empty(); }
  /// Entries that are kept.
  size_t pieces() const { return pieces_; }
  /// Where reading resumes to get everything that is kept again. There must be something.
  const std::string& position() const { return kept_.front().position; }
  /// When the next message is overdue, unless entries come. There must be one.
  Clock::time_point due() const;
  /// Forgets everything: it is read again.
  void clear();

 private:
  struct Kept {
    std::string key;   // Who writes it.
    Message message;   // Fields of the latest piece, but for its text.
    std::string text;  // Of all pieces.
    uint64_t latest_us = 0;
    Clock::time_point taken_at;
    std::string position;
  };

  bool is_overdue(const Kept& kept, std::optional<uint64_t> realtime_us,
                  Clock::time_point now) const;
  Message remove(std::vector<Kept>::iterator kept);

  std::vector<Kept> kept_;  // By their first pieces.
  size_t pieces_ = 0;
  size_t bytes_ = 0;
  std::string key_;
};

}  // namespace components::loki::source_journal
