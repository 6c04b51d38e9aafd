#include "components/loki/source_kubernetes/line_reader.h"

#include <algorithm>
#include <utility>

#include "base/rfc3339.h"

namespace components::loki::source_kubernetes {

void LineReader::feed(std::string_view piece, const OnLine& on_line) {
  for (size_t end; (end = piece.find('\n')) != piece.npos; piece.remove_prefix(end + 1)) {
    const std::string_view rest = piece.substr(0, end);
    if (held_.empty() && rest.size() <= line_bytes_max_) {
      give(rest, on_line);
      continue;
    }
    hold(rest);
    finish(on_line);
  }
  hold(piece);
}

void LineReader::finish(const OnLine& on_line) {
  if (held_.empty()) return;
  give(held_, on_line);
  is_cut_ = false;
  std::string().swap(held_);  // A long line is rare, and tailers are many.
}

void LineReader::hold(std::string_view bytes) {
  const size_t room = line_bytes_max_ - std::min(line_bytes_max_, held_.size());
  is_cut_ = is_cut_ || bytes.size() > room;
  held_ += bytes.substr(0, room);
}

void LineReader::give(std::string_view raw, const OnLine& on_line) {
  Line line{.text = raw, .is_truncated = is_cut_};
  const size_t blank = raw.find(' ');
  line.timestamp_ns = base::parse_rfc3339(raw.substr(0, blank));
  if (line.timestamp_ns) line.text.remove_prefix(blank == raw.npos ? raw.size() : blank + 1);
  on_line(line);
}

}  // namespace components::loki::source_kubernetes
