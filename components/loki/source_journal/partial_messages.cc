#include "components/loki/source_journal/partial_messages.h"

#include <algorithm>
#include <array>
#include <utility>

namespace components::loki::source_journal {
namespace {

constexpr std::string_view kMessage = "MESSAGE";
constexpr std::string_view kPartialMessage = "CONTAINER_PARTIAL_MESSAGE";
constexpr std::string_view kPartialId = "CONTAINER_PARTIAL_ID";
constexpr std::string_view kPartialLast = "CONTAINER_PARTIAL_LAST";
constexpr std::string_view kContainerId = "CONTAINER_ID_FULL";
constexpr std::string_view kPriority = "PRIORITY";
constexpr std::string_view kLineBreak = "_LINE_BREAK";
constexpr std::string_view kStreamId = "_STREAM_ID";
constexpr std::array kReads = {kMessage,     kPartialMessage, kPartialId, kPartialLast,
                               kContainerId, kPriority,       kLineBreak, kStreamId};

/// Puts into `key` who writes the message that the entry is a piece of; "": it is none. True: more
/// of it follows.
bool find_writer(const EntryFields& entry, std::string& key) {
  const auto set_key = [&](char kind, std::string_view id, std::string_view more = {}) {
    key.assign(1, kind).append(id).append(more);
  };
  key.clear();
  if (const auto id = entry.get(kPartialId); !id.empty()) {
    set_key('p', id);
    return entry.get(kPartialLast) != "true";
  }
  // Podman, and Docker before 18.06, mark all pieces but the last. Priorities tell streams apart.
  if (const auto id = entry.get(kContainerId); !id.empty()) {
    set_key('c', id, entry.get(kPriority));
    return entry.get(kPartialMessage) == "true";
  }
  // Other values of _LINE_BREAK= (nul, eof, pid-change) say how a message ended.
  if (const auto id = entry.get(kStreamId); !id.empty()) {
    set_key('s', id);
    return entry.get(kLineBreak) == "line-max";
  }
  return false;
}

}  // namespace

bool PartialMessages::reads(std::string_view field) {
  return std::find(kReads.begin(), kReads.end(), field) != kReads.end();
}

bool PartialMessages::take(Message& entry, std::string_view position, Clock::time_point now) {
  const bool more_follow = find_writer(entry.fields, key_);
  if (kept_.empty() && !more_follow) return true;
  auto kept = std::find_if(kept_.begin(), kept_.end(),
                           [&](const Kept& known) { return known.key == key_; });
  if (kept == kept_.end()) {
    if (!more_follow) return true;
    kept = kept_.emplace(kept_.end());
    kept->key = key_;
    kept->message.realtime_us = entry.realtime_us;
    kept->message.pieces = 0;
    kept->position = position;
  }
  const std::string_view text = entry.fields.get(kMessage);
  kept->text += text;
  kept->latest_us = entry.realtime_us;
  kept->taken_at = now;
  ++kept->message.pieces;
  ++pieces_;
  bytes_ += text.size();
  std::swap(kept->message.fields, entry.fields);
  if (more_follow && kept->text.size() < kBytesMax) return false;
  entry = remove(kept);
  return true;
}

bool PartialMessages::is_overdue(const Kept& kept, std::optional<uint64_t> realtime_us,
                                 Clock::time_point now) const {
  constexpr uint64_t kWaitUs = std::chrono::microseconds(kWait).count();
  if (!realtime_us) return now >= kept.taken_at + kWait;
  // Clocks are set back, too.
  const auto [before, after] = std::minmax(*realtime_us, kept.latest_us);
  return after - before > kWaitUs;
}

std::optional<Message> PartialMessages::take_overdue(std::optional<uint64_t> realtime_us,
                                                     Clock::time_point now) {
  if (kept_.empty()) return std::nullopt;
  if (kept_.size() > kMessagesMax || bytes_ > kHeldBytesMax) return remove(kept_.begin());
  const auto overdue = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return is_overdue(kept, realtime_us, now);
  });
  if (overdue == kept_.end()) return std::nullopt;
  return remove(overdue);
}

Message PartialMessages::remove(std::vector<Kept>::iterator kept) {
  Message whole = std::move(kept->message);
  whole.fields.set(kMessage, kept->text);
  pieces_ -= whole.pieces;
  bytes_ -= kept->text.size();
  kept_.erase(kept);
  return whole;
}

PartialMessages::Clock::time_point PartialMessages::due() const {
  const auto next = std::min_element(kept_.begin(), kept_.end(), [](const Kept& a, const Kept& b) {
    return a.taken_at < b.taken_at;
  });
  return next->taken_at + kWait;
}

void PartialMessages::clear() {
  kept_.clear();
  pieces_ = bytes_ = 0;
}

}  // namespace components::loki::source_journal
