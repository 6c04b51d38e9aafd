#include "telemetry/match_text.h"

#include <algorithm>

#include "telemetry/text.h"

namespace telemetry {

MatchText::MatchText(std::string_view text) : text_(text) {
  if (is_utf8(text)) return;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char next = first_utf8(text.substr(at));
    const size_t before = readable_.size();
    if (next.valid)
      readable_ += text.substr(at, next.size);
    else
      append_utf8(readable_, 0xFFFD);
    for (size_t i = before; i < readable_.size(); ++i)
      origins_.push_back(static_cast<uint32_t>(next.valid ? at + i - before : at));
    at += next.size;
  }
  origins_.push_back(static_cast<uint32_t>(text.size()));
}

re2::StringPiece MatchText::in_text(re2::StringPiece group) const {
  if (group.data() == nullptr) return group;
  const auto at = static_cast<size_t>(group.data() - readable_.data());
  const uint32_t begin = origins_[at];
  return {text_.data() + begin, origins_[at + group.size()] - begin};
}

bool MatchText::find(const re2::RE2& regex, size_t from, std::span<re2::StringPiece> groups,
                     re2::RE2::Anchor anchor) const {
  const auto count = static_cast<int>(groups.size());
  const std::string_view text = readable_.empty() ? text_ : readable_;
  if (!readable_.empty())
    from = static_cast<size_t>(std::lower_bound(origins_.begin(), origins_.end(), from) -
                               origins_.begin());
  if (!regex.Match({text.data(), text.size()}, from, text.size(), anchor, groups.data(), count))
    return false;
  if (!readable_.empty())
    for (re2::StringPiece& group : groups) group = in_text(group);
  return true;
}

bool Matches::next(std::span<re2::StringPiece> groups) {
  const std::string_view text = text_.text();
  while (at_ <= text.size() && text_.find(regex_, at_, groups)) {
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = begin + groups[0].size();
    const bool is_behind_another = groups[0].empty() && begin == last_end_;
    last_end_ = end;
    if (end > at_)
      at_ = end;
    else
      at_ += end < text.size() ? first_utf8(text.substr(end)).size : 1;
    if (!is_behind_another) return true;
  }
  at_ = text.size() + 1;
  return false;
}

}  // namespace telemetry
