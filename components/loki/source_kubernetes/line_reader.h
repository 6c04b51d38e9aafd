#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace components::loki::source_kubernetes {

/// One line of a container. `text` is without the line's end; valid during the call.
struct Line {
  std::optional<int64_t> timestamp_ns;  ///< nothing: the text has none in front
  std::string_view text;
  bool is_truncated = false;  ///< longer than the limit: this is its beginning
};

/// Takes the body of the log endpoint (with timestamps) apart, in pieces as they arrive:
/// "2026-11-27T20:46:14.723855410Z TEXT\n". Pure.
class LineReader {
 public:
  static constexpr size_t kLineBytesMax = size_t{10} << 20;
  using OnLine = std::function<void(const Line&)>;

  explicit LineReader(size_t line_bytes_max = kLineBytesMax) : line_bytes_max_(line_bytes_max) {}

  void feed(std::string_view piece, const OnLine& on_line);
  /// The log ended: what has no line end yet is a line.
  void finish(const OnLine& on_line);

  /// From the next bytes on.
  void set_line_bytes_max(size_t bytes) { line_bytes_max_ = bytes; }
  /// What is kept of a line that has no end yet.
  size_t unfinished_bytes() const { return held_.size(); }

 private:
  void hold(std::string_view bytes);
  void give(std::string_view raw, const OnLine& on_line);

  size_t line_bytes_max_;
  std::string held_;
  bool is_cut_ = false;  ///< held_ lost bytes to the limit
};

}  // namespace components::loki::source_kubernetes
