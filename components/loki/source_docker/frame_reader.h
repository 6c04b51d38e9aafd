#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace components::loki::source_docker {

enum class Stream : uint8_t { out, err };

/// One line that a container wrote. `text` is without the line's end; valid during the call.
struct Line {
  Stream stream = Stream::out;
  int64_t timestamp_ns = 0;
  std::string_view text;
  bool truncated = false;  ///< longer than the limit: this is its beginning
};

/// Takes the body of the daemon's log answer (with timestamps) apart, in pieces as they arrive.
///
/// Without a terminal the body is a row of frames: one byte stream (0 stdin, 1 stdout, 2 stderr,
/// 3 an error of the daemon itself), three zero bytes, the payload's length in four bytes, big end
/// first, and the payload. A payload is "TIMESTAMP TEXT\n". The daemon cuts lines after 16 KiB: the
/// pieces come as frames without the line's end, each with the (same) timestamp of its own, frames
/// of the other stream in between. They are joined again here, byte for byte.
///
/// With a terminal the body is "TIMESTAMP TEXT\r\n" without frames, all of it stdout. Behind each
/// 16 KiB of one line stands a timestamp again, which is taken out.
///
/// Memory: two lines of line_bytes_max and a frame. Lines beyond the limit lose their end, but
/// nothing that follows them is touched. Pure: no I/O.
class FrameReader {
 public:
  enum class Format { frames, terminal };
  using OnLine = std::function<void(const Line&)>;

  static constexpr size_t kChunkBytes = 16384;  ///< after which the daemon cuts lines
  static constexpr size_t kLineBytesMax = size_t{10} << 20;

  explicit FrameReader(Format format, size_t line_bytes_max = kLineBytesMax)
      : format_(format), line_bytes_max_(line_bytes_max) {}

  /// Hands over the lines that this piece completes. False: this is no log of the daemon, or the
  /// daemon reports an error (see problem()); nothing after it can be read.
  bool feed(std::string_view bytes, const OnLine& on_line);
  /// The log ended in order: what has no line end yet is a line.
  void finish(const OnLine& on_line);

  /// From the next bytes on.
  void set_line_bytes_max(size_t bytes) { line_bytes_max_ = bytes; }
  /// What is kept of lines that have no end yet.
  size_t unfinished_bytes() const {
    return held_.size() + pending_[0].text.size() + pending_[1].text.size();
  }

  /// Why feed() gave up.
  const std::string& problem() const { return problem_; }
  /// Lines left out because they do not begin with a timestamp.
  uint64_t bad_lines() const { return bad_lines_; }

 private:
  /// A line whose end has not come yet.
  struct Pending {
    bool open = false;
    bool bad = false;
    bool truncated = false;
    int64_t timestamp_ns = 0;
    std::string text;
  };

  bool read_header(std::string_view& bytes);
  void hold(std::string_view bytes);
  void release();
  bool end_frame(std::string_view payload, const OnLine& on_line);
  void take_payload(Stream stream, std::string_view payload, const OnLine& on_line);
  void append(Pending& pending, std::string_view text);
  void close(Stream stream, const OnLine& on_line);
  void feed_terminal(std::string_view bytes, const OnLine& on_line);
  void take_terminal_line(std::string_view raw, const OnLine& on_line);

  const Format format_;
  size_t line_bytes_max_;
  std::array<Pending, 2> pending_;  // By stream.
  std::array<unsigned char, 8> header_{};
  size_t header_size_ = 0;
  bool in_frame_ = false;
  size_t frame_left_ = 0;  // Bytes of the frame's payload that have not come yet.
  std::string held_;       // The beginning of a frame or a terminal line; bounded.
  bool held_cut_ = false;  // held_ lost bytes to the bound.
  char held_last_ = '\0';  // The last byte that came for it, kept or not.
  std::string problem_;
  uint64_t bad_lines_ = 0;
};

}  // namespace components::loki::source_docker
