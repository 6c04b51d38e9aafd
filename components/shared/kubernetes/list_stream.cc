#include "components/shared/kubernetes/list_stream.h"

#include "base/text.h"

namespace components::kubernetes {
namespace {

/// Whether the envelope so far ends where the value of "items" begins.
bool is_before_items(std::string_view envelope) {
  envelope = base::trimmed(envelope);
  if (!envelope.ends_with(':')) return false;
  envelope.remove_suffix(1);
  return base::trimmed(envelope).ends_with("\"items\"");
}

}  // namespace

bool ListStream::feed(std::string_view piece, const OnItem& on_item) {
  for (const char c : piece)
    if (!take(c, on_item)) return false;
  return true;
}

bool ListStream::take(char c, const OnItem& on_item) {
  if (is_in_string_) {
    if (is_escaped_)
      is_escaped_ = false;
    else if (c == '\\')
      is_escaped_ = true;
    else if (c == '"')
      is_in_string_ = false;
    return put(c);
  }
  switch (c) {
    case '"':
      is_in_string_ = true;
      return put(c);
    case '{':
      return open() && put(c);
    case '[':
      if (depth_ == 1 && !is_in_items_ && is_before_items(envelope_)) {
        is_in_items_ = put(c);
        return is_in_items_ && open();
      }
      return open() && put(c);
    case ']':
      if (is_in_items_ && depth_ == 2) is_in_items_ = false;
      [[fallthrough]];
    case '}':
      return put(c) && close(on_item);
    default:
      return put(c);
  }
}

bool ListStream::open() {
  return depth_++ < kDepthMax;
}

bool ListStream::close(const OnItem& on_item) {
  if (depth_ == 0) return false;
  --depth_;
  if (!is_in_items_ || depth_ != 2) return true;
  const bool is_taken = on_item(item_);
  item_.clear();
  return is_taken;
}

bool ListStream::put(char c) {
  if (!is_in_items_) {
    envelope_ += c;
    return envelope_.size() <= kEnvelopeBytesMax;
  }
  if (depth_ == 2) return true;  // Between items.
  item_ += c;
  return item_.size() <= kItemBytesMax;
}

bool LineStream::feed(std::string_view piece, const OnLine& on_line) {
  for (size_t end; (end = piece.find('\n')) != piece.npos; piece.remove_prefix(end + 1)) {
    const std::string_view rest = piece.substr(0, end);
    bool is_taken = true;
    if (held_.empty()) {
      is_taken = base::trimmed(rest).empty() || on_line(rest);
    } else {
      held_ += rest;
      is_taken = on_line(held_);
      held_.clear();
    }
    if (!is_taken) return false;
  }
  held_ += piece;
  return held_.size() <= kLineBytesMax;
}

}  // namespace components::kubernetes
