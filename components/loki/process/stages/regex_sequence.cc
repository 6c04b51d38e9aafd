#include "components/loki/process/stages/regex_sequence.h"

#include <algorithm>
#include <cstring>

namespace components::loki::process::stages {
namespace {

/// Tries per byte of the text, on average, before RE2 is asked.
constexpr int64_t kStepsPerByte = 8;
constexpr int64_t kStepsMin = 256;
/// Bytes that are run over or searched through for the price of a try.
constexpr int64_t kBytesPerStep = 8;

bool is_ascii(std::string_view text) {
  constexpr uint64_t kHighs = 0x8080808080808080ULL;
  uint64_t word = 0;
  uint64_t all = 0;
  while (text.size() >= sizeof word) {
    std::memcpy(&word, text.data(), sizeof word);
    all |= word;
    text.remove_prefix(sizeof word);
  }
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return (all & kHighs) == 0;
}

/// The last place in [least, most] where `text` stands, before `end`; nullptr when there is none.
/// (std::string_view::rfind calls memcmp for every place that it tries.)
const char* find_backwards(const std::string& text, const char* least, const char* most,
                           const char* end) {
  if (end - least < static_cast<ptrdiff_t>(text.size())) return nullptr;
  const char* last_fit = end - text.size();
  for (const char* at = std::min(most, last_fit); at >= least; --at)
    if (*at == text.front() && at[text.size() - 1] == text.back() &&
        std::memcmp(at, text.data(), text.size()) == 0)
      return at;
  return nullptr;
}

}  // namespace

const char* RegexSequence::run_end(const Item& item, const char* at) const {
  const auto left = static_cast<size_t>(end_ - at);
  const char* limit = at + std::min<size_t>(left, item.max);
  if (item.dot) {
    const void* newline = std::memchr(at, '\n', static_cast<size_t>(limit - at));
    return newline ? static_cast<const char*>(newline) : limit;
  }
  while (at < limit && item.set[static_cast<unsigned char>(*at)]) ++at;
  return at;
}

bool RegexSequence::longest_first(const Item& item, size_t next, const char* least,
                                  const char* most) {
  if (item.only_longest) return match_from(next, most);
  // A text that follows is looked for directly, from behind.
  const std::string* literal =
      next < items_.size() && items_[next].kind == Kind::literal ? &items_[next].literal : nullptr;
  for (const char* at = most; at >= least && steps_left_ > 0; --at, --steps_left_) {
    if (literal) {
      const char* next_at = find_backwards(*literal, least, at, end_);
      steps_left_ -= (at - (next_at ? next_at : least)) / kBytesPerStep;
      if (next_at == nullptr) return false;
      at = next_at;
    }
    if (match_from(next, at)) return true;
  }
  return false;
}

bool RegexSequence::shortest_first(const Item& item, size_t next, const char* least,
                                   const char* most) {
  if (item.only_longest) return match_from(next, most);
  const std::string* literal =
      next < items_.size() && items_[next].kind == Kind::literal ? &items_[next].literal : nullptr;
  for (const char* at = least; at <= most && steps_left_ > 0; ++at, --steps_left_) {
    if (literal) {
      const size_t reach = static_cast<size_t>(most - at) + literal->size();
      const std::string_view room(at, std::min(reach, static_cast<size_t>(end_ - at)));
      const size_t found = room.find(*literal);
      steps_left_ -= static_cast<int64_t>(std::min(found, room.size())) / kBytesPerStep;
      if (found == room.npos) return false;
      at += found;
    }
    if (match_from(next, at)) return true;
  }
  return false;
}

bool RegexSequence::match_repeat(size_t index, const char* at) {
  const Item& item = items_[index];
  const char* most = run_end(item, at);
  steps_left_ -= (most - at) / kBytesPerStep;
  if (static_cast<size_t>(most - at) < item.min) return false;
  const char* least = at + item.min;
  return item.greedy ? longest_first(item, index + 1, least, most)
                     : shortest_first(item, index + 1, least, most);
}

bool RegexSequence::match_from(size_t index, const char* at) {
  for (; index < items_.size(); ++index) {
    const Item& item = items_[index];
    switch (item.kind) {
      case Kind::literal:
        if (static_cast<size_t>(end_ - at) < item.literal.size() ||
            std::memcmp(at, item.literal.data(), item.literal.size()) != 0)
          return false;
        at += item.literal.size();
        break;
      case Kind::open:
        found_[item.group].first = at;
        break;
      case Kind::close:
        found_[item.group].second = at;
        break;
      case Kind::end_of_text:
        if (at != end_) return false;
        break;
      case Kind::repeat:
        return match_repeat(index, at);
    }
  }
  found_[0].second = at;
  return true;
}

RegexSequence::Answer RegexSequence::match(std::string_view text,
                                           std::span<std::string_view> groups) {
  if (!is_ascii(text)) return Answer::ask_re2;
  end_ = text.data() + text.size();
  steps_left_ = kStepsMin + kStepsPerByte * static_cast<int64_t>(text.size());
  const char* last_start = anchored_ ? text.data() : end_;
  for (const char* at = text.data(); at <= last_start; ++at, --steps_left_) {
    if (!anchored_ && !lead_.empty()) {
      const size_t found = std::string_view(at, static_cast<size_t>(end_ - at)).find(lead_);
      if (found == std::string_view::npos) return Answer::no_match;
      at += found;
    }
    found_[0].first = at;
    const bool matched = match_from(0, at);
    if (steps_left_ <= 0) return Answer::ask_re2;
    if (!matched) continue;
    for (size_t i = 0; i < groups.size() && i < groups_count_; ++i)
      groups[i] = {found_[i].first, static_cast<size_t>(found_[i].second - found_[i].first)};
    return Answer::match;
  }
  return Answer::no_match;
}

}  // namespace components::loki::process::stages
