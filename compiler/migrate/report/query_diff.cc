#include "compiler/migrate/report/query_diff.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace compiler::migrate::report {
namespace {

using Words = std::vector<std::string_view>;
using Middle = std::span<const std::string_view>;

/// Of a longer middle everything counts as changed: the table below would grow with its square.
constexpr size_t kCellsMax = size_t{1} << 20;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<uint8_t>(c) >= 0x80;
}

/// Names and numbers whole, everything else sign by sign.
Words words_of(std::string_view text) {
  Words words;
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    while (is_word(text[at]) && end < text.size() && is_word(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Appends a word, joined with the piece before it when both are alike. The words of a text lie
/// one behind the other.
void push(std::vector<Piece>& pieces, std::string_view word, bool changed) {
  if (!pieces.empty() && pieces.back().changed == changed) {
    auto& text = pieces.back().text;
    text = {text.data(), text.size() + word.size()};
  } else {
    pieces.push_back({word, changed});
  }
}

/// The longest common subsequence, from a table of the lengths of all tails'.
void push_middle(MarkedPair& out, Middle a, Middle b) {
  const size_t width = b.size() + 1;
  std::vector<uint32_t> longest((a.size() + 1) * width, 0);
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      longest[i * width + j] =
          a[i] == b[j] ? longest[(i + 1) * width + j + 1] + 1
                       : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i] == b[j]) {
      push(out.before, a[i++], false);
      push(out.after, b[j++], false);
    } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
      push(out.before, a[i++], true);
    } else {
      push(out.after, b[j++], true);
    }
  }
  while (i < a.size()) push(out.before, a[i++], true);
  while (j < b.size()) push(out.after, b[j++], true);
}

}  // namespace

MarkedPair marked(std::string_view before, std::string_view after) {
  Words a = words_of(before), b = words_of(after);
  const size_t shorter = std::min(a.size(), b.size());
  size_t head = 0, tail = 0;
  while (head < shorter && a[head] == b[head]) ++head;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;

  MarkedPair out;
  for (size_t i = 0; i < head; ++i) push(out.before, a[i], false), push(out.after, b[i], false);
  const auto middle_a = Middle(a).subspan(head, a.size() - head - tail);
  const auto middle_b = Middle(b).subspan(head, b.size() - head - tail);
  if ((middle_a.size() + 1) * (middle_b.size() + 1) <= kCellsMax) {
    push_middle(out, middle_a, middle_b);
  } else {
    for (const auto word : middle_a) push(out.before, word, true);
    for (const auto word : middle_b) push(out.after, word, true);
  }
  for (size_t i = tail; i > 0; --i) {
    push(out.before, a[a.size() - i], false);
    push(out.after, b[b.size() - i], false);
  }
  return out;
}

}  // namespace compiler::migrate::report
