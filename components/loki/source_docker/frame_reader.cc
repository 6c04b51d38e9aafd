#include "components/loki/source_docker/frame_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/rfc3339.h"

namespace components::loki::source_docker {
namespace {

constexpr size_t kStampBytesMax = 40;
constexpr size_t kProblemBytesMax = 200;
/// A buffer that had to grow beyond this for a giant line is given back after it.
constexpr size_t kKeptBytes = 4 * FrameReader::kChunkBytes;

struct Stamped {
  int64_t timestamp_ns = 0;
  std::string_view text;
};

/// Splits "TIMESTAMP TEXT"; nothing when it does not begin with a timestamp.
std::optional<Stamped> split_stamp(std::string_view payload) {
  size_t end = payload.substr(0, kStampBytesMax).find(' ');
  // An empty line may come without the blank.
  if (end == payload.npos && payload.size() <= kStampBytesMax) end = payload.size();
  if (end == payload.npos) return std::nullopt;
  const auto timestamp = base::parse_rfc3339(payload.substr(0, end));
  if (!timestamp) return std::nullopt;
  return Stamped{*timestamp, payload.substr(std::min(end + 1, payload.size()))};
}

}  // namespace

bool FrameReader::feed(std::string_view bytes, const OnLine& on_line) {
  if (format_ == Format::terminal) {
    feed_terminal(bytes, on_line);
    return true;
  }
  while (!bytes.empty()) {
    if (!in_frame_) {
      if (!read_header(bytes)) return false;
      if (!in_frame_) return true;
    }
    const std::string_view piece = bytes.substr(0, frame_left_);
    bytes.remove_prefix(piece.size());
    frame_left_ -= piece.size();
    const bool is_whole = frame_left_ == 0 && held_.empty() && !held_cut_;
    if (!is_whole) hold(piece);
    if (frame_left_ > 0) return true;
    if (!end_frame(is_whole ? piece : std::string_view(held_), on_line)) return false;
    release();
    in_frame_ = false;
  }
  return true;
}

/// False: no header. Otherwise in_frame_ says whether all of it has come.
bool FrameReader::read_header(std::string_view& bytes) {
  while (header_size_ < header_.size() && !bytes.empty()) {
    header_[header_size_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
  }
  if (header_size_ < header_.size()) return true;
  header_size_ = 0;
  if (header_[0] > 3 || header_[1] != 0 || header_[2] != 0 || header_[3] != 0) {
    problem_ = fmt::format("not a frame of the daemon's log: {:02x}", fmt::join(header_, " "));
    return false;
  }
  frame_left_ = size_t{header_[4]} << 24 | size_t{header_[5]} << 16 | size_t{header_[6]} << 8 |
                size_t{header_[7]};
  in_frame_ = true;
  return true;
}

/// Keeps bytes until the rest has come; what goes beyond any line that could be sent is let go.
void FrameReader::hold(std::string_view bytes) {
  if (bytes.empty()) return;
  held_last_ = bytes.back();
  const size_t bytes_max = line_bytes_max_ + kStampBytesMax;
  // A terminal's line also holds a timestamp for each chunk.
  const size_t stamps = format_ == Format::terminal
                            ? (line_bytes_max_ / kChunkBytes + 1) * kStampBytesMax
                            : size_t{0};
  const size_t room = bytes_max + stamps - std::min(bytes_max + stamps, held_.size());
  held_cut_ = held_cut_ || bytes.size() > room;
  held_.append(bytes.substr(0, room));
}

void FrameReader::release() {
  if (held_.capacity() > kKeptBytes) held_ = std::string();
  held_.clear();
  held_cut_ = false;
}

bool FrameReader::end_frame(std::string_view payload, const OnLine& on_line) {
  if (header_[0] == 3) {
    problem_ = fmt::format("the daemon says: {}", payload.substr(0, kProblemBytesMax));
    return false;
  }
  if (!payload.empty()) take_payload(header_[0] == 2 ? Stream::err : Stream::out, payload, on_line);
  return true;
}

void FrameReader::take_payload(Stream stream, std::string_view payload, const OnLine& on_line) {
  Pending& pending = pending_[static_cast<size_t>(stream)];
  const bool is_cut = held_cut_;
  const bool is_end = is_cut ? held_last_ == '\n' : payload.back() == '\n';
  if (is_end && !is_cut) payload.remove_suffix(1);
  const auto stamped = split_stamp(payload);
  if (!pending.open) {
    if (stamped && is_end && !is_cut && stamped->text.size() <= line_bytes_max_) {
      on_line({stream, stamped->timestamp_ns, stamped->text, false});
      return;
    }
    pending.open = true;
    pending.bad = !stamped;
    pending.timestamp_ns = stamped ? stamped->timestamp_ns : 0;
  }
  append(pending, stamped ? stamped->text : payload);
  pending.truncated = pending.truncated || is_cut;
  if (is_end) close(stream, on_line);
}

void FrameReader::append(Pending& pending, std::string_view text) {
  // One more for the terminal's carriage return, which is not part of the line.
  const size_t bytes_max = line_bytes_max_ + (format_ == Format::terminal ? 1 : 0);
  const size_t room = bytes_max - std::min(bytes_max, pending.text.size());
  pending.truncated = pending.truncated || text.size() > room;
  pending.text.append(text.substr(0, room));
}

void FrameReader::close(Stream stream, const OnLine& on_line) {
  Pending& pending = pending_[static_cast<size_t>(stream)];
  if (pending.bad)
    ++bad_lines_;
  else
    on_line({stream, pending.timestamp_ns, pending.text, pending.truncated});
  if (pending.text.capacity() > kKeptBytes) pending.text = std::string();
  pending.text.clear();
  pending.open = pending.bad = pending.truncated = false;
}

void FrameReader::feed_terminal(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    if (end == bytes.npos) {
      hold(bytes);
      return;
    }
    std::string_view raw = bytes.substr(0, end);
    if (!held_.empty()) {
      hold(raw);
      raw = held_;
    }
    take_terminal_line(raw, on_line);
    release();
    bytes.remove_prefix(end + 1);
  }
}

void FrameReader::take_terminal_line(std::string_view raw, const OnLine& on_line) {
  Pending& pending = pending_[0];
  pending.open = true;
  pending.truncated = held_cut_;
  for (bool is_first = true; is_first || !raw.empty(); is_first = false) {
    const auto stamped = split_stamp(raw);
    if (is_first) {
      pending.bad = !stamped;
      pending.timestamp_ns = stamped ? stamped->timestamp_ns : 0;
    }
    const std::string_view text = stamped ? stamped->text : raw;
    append(pending, text.substr(0, kChunkBytes));
    raw = text.substr(std::min(kChunkBytes, text.size()));
  }
  // The terminal's own carriage return may be cut off as the last byte of a chunk, so it is looked
  // for when the line is whole.
  if (pending.text.ends_with('\r')) pending.text.pop_back();
  if (pending.text.size() > line_bytes_max_) {
    pending.text.pop_back();
    pending.truncated = true;
  }
  close(Stream::out, on_line);
}

void FrameReader::finish(const OnLine& on_line) {
  if (format_ == Format::terminal) {
    if (!held_.empty()) take_terminal_line(held_, on_line);
    release();
    return;
  }
  for (const Stream stream : {Stream::out, Stream::err})
    if (pending_[static_cast<size_t>(stream)].open) close(stream, on_line);
}

}  // namespace components::loki::source_docker
