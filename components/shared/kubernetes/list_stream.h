#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace components::kubernetes {

/// Takes the answer to a list request apart as it arrives, so that of a list of thousands no more
/// than one object is in memory as text:
///
///     {"kind": "PodList", "metadata": {...}, "items": [{...}, {...}]}
///
/// Pure.
class ListStream {
 public:
  /// Of one object. The API server's store takes no more than 1.5 MB.
  static constexpr size_t kItemBytesMax = size_t{8} << 20;
  static constexpr size_t kEnvelopeBytesMax = size_t{64} << 10;
  static constexpr size_t kDepthMax = 10'000;

  /// Gets the text of one element of `items`; false ends it.
  using OnItem = std::function<bool(std::string_view json)>;

  /// Takes the next piece. False: an item was refused, something is too large, or it is no list.
  bool feed(std::string_view piece, const OnItem& on_item);
  /// The list without its items, once all of it has come.
  const std::string& envelope() const { return envelope_; }

 private:
  bool take(char c, const OnItem& on_item);
  bool open();
  bool close(const OnItem& on_item);
  bool put(char c);

  size_t depth_ = 0;
  bool is_in_string_ = false;
  bool is_escaped_ = false;
  bool is_in_items_ = false;
  std::string item_;
  std::string envelope_;
};

/// Cuts a watch into its lines, one event each.
class LineStream {
 public:
  static constexpr size_t kLineBytesMax = ListStream::kItemBytesMax;
  using OnLine = std::function<bool(std::string_view line)>;

  /// False: a line was refused, or is too long.
  bool feed(std::string_view piece, const OnLine& on_line);

 private:
  std::string held_;
};

}  // namespace components::kubernetes
