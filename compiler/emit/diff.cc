#include "compiler/emit/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <unordered_map>
#include <vector>

#include "river/diag/render.h"

// Patience diff: lines that occur once on both sides and in the same order are taken as common,
// and what lies between them is compared on its own. It is quick on texts that differ everywhere
// (a file that was never formatted), where the shortest edit script costs the square of the lines,
// and people read its hunks more easily.
namespace compiler::emit {
namespace {

constexpr size_t kContext = 3;
// Comparing what lies between common lines recurses; below this it is simply replaced.
constexpr int kDepthMax = 64;

struct Edit {
  char sign;  // ' ' both, '-' before only, '+' after only
  std::string_view line;
};

using Lines = std::span<const std::string_view>;

struct Pair {
  size_t before;
  size_t after;
};

// Lines with their line ends, so that a missing last one shows.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Lines that occur once on each side, in the order of `before`.
std::vector<Pair> unique_pairs(Lines before, Lines after) {
  struct Count {
    size_t before = 0, after = 0, after_at = 0;
  };
  std::unordered_map<std::string_view, Count> counts;
  for (const auto line : before) ++counts[line].before;
  for (size_t i = 0; i < after.size(); ++i) {
    auto& count = counts[after[i]];
    ++count.after;
    count.after_at = i;
  }
  std::vector<Pair> pairs;
  for (size_t i = 0; i < before.size(); ++i) {
    const auto& count = counts[before[i]];
    if (count.before == 1 && count.after == 1) pairs.push_back({i, count.after_at});
  }
  return pairs;
}

// The longest part of the pairs that is in order on the other side too (patience sorting: each
// pile is kept by its smallest top, and every pair remembers the top to its left).
std::vector<Pair> longest_in_order(const std::vector<Pair>& pairs) {
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> tops, left(pairs.size(), kNone);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto pile =
        std::lower_bound(tops.begin(), tops.end(), pairs[i].after,
                         [&](size_t top, size_t wanted) { return pairs[top].after < wanted; });
    if (pile != tops.begin()) left[i] = *std::prev(pile);
    pile == tops.end() ? tops.push_back(i) : static_cast<void>(*pile = i);
  }
  std::vector<Pair> chosen;
  for (size_t i = tops.empty() ? kNone : tops.back(); i != kNone; i = left[i]) {
    chosen.push_back(pairs[i]);
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

void add_all(std::vector<Edit>& edits, char sign, Lines lines) {
  for (const auto line : lines) edits.push_back({sign, line});
}

void compare(std::vector<Edit>& edits, Lines before, Lines after, int depth) {
  const size_t shorter = std::min(before.size(), after.size());
  size_t head = 0, tail = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  add_all(edits, ' ', before.first(head));
  const Lines ending = before.last(tail);
  before = before.subspan(head, before.size() - head - tail);
  after = after.subspan(head, after.size() - head - tail);

  Pair done{0, 0};
  const auto common =
      depth < kDepthMax ? longest_in_order(unique_pairs(before, after)) : std::vector<Pair>{};
  for (const Pair& pair : common) {
    compare(edits, before.subspan(done.before, pair.before - done.before),
            after.subspan(done.after, pair.after - done.after), depth + 1);
    edits.push_back({' ', before[pair.before]});
    done = {pair.before + 1, pair.after + 1};
  }
  if (common.empty()) {
    add_all(edits, '-', before);
    add_all(edits, '+', after);
  } else {
    compare(edits, before.subspan(done.before), after.subspan(done.after), depth + 1);
  }
  add_all(edits, ' ', ending);
}

// "3,2"; a range without lines names the line before it.
std::string range(size_t first, size_t count) {
  return count == 1 ? fmt::format("{}", first + 1)
                    : fmt::format("{},{}", count == 0 ? first : first + 1, count);
}

// What is compared, and how its lines are shown.
struct Sides {
  std::string_view before, after;
  Secrets secrets;

  // Lines that are common are those of `before`.
  std::string shown(const Edit& edit) const {
    if (secrets == Secrets::shown) return std::string(edit.line);
    const std::string_view text = edit.sign == '+' ? after : before;
    const auto at = static_cast<size_t>(edit.line.data() - text.data());
    std::string line = river::diag::without_passwords(river::diag::redact(text, at).line);
    if (edit.line.ends_with('\n')) line += '\n';
    return line;
  }
};

std::string hunk(std::span<const Edit> edits, const Sides& sides, size_t before_line,
                 size_t after_line) {
  size_t before = 0, after = 0;
  std::string body;
  for (const Edit& edit : edits) {
    before += edit.sign != '+';
    after += edit.sign != '-';
    body.append(1, edit.sign).append(sides.shown(edit));
    if (!edit.line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
  }
  return fmt::format("@@ -{} +{} @@\n{}", range(before_line, before), range(after_line, after),
                     body);
}

std::string as_text(std::string_view name, const std::vector<Edit>& edits, const Sides& sides) {
  std::string out = fmt::format("--- a/{0}\n+++ b/{0}\n", name);
  size_t before_line = 0, after_line = 0, counted = 0;
  const auto changed = [](const Edit& edit) { return edit.sign != ' '; };
  for (auto at = edits.begin(); (at = std::find_if(at, edits.end(), changed)) != edits.end();) {
    // A hunk goes on while the next change is near enough for the contexts to touch.
    auto last = at;
    for (auto next = at; next != edits.end() && next - last <= static_cast<int>(2 * kContext);
         ++next) {
      if (changed(*next)) last = next;
    }
    const auto first_change = static_cast<size_t>(at - edits.begin());
    const size_t begin = first_change - std::min(first_change, kContext);
    const auto end =
        std::min(static_cast<size_t>(last - edits.begin()) + 1 + kContext, edits.size());
    for (; counted < begin; ++counted) {
      before_line += edits[counted].sign != '+';
      after_line += edits[counted].sign != '-';
    }
    out += hunk(std::span(edits).subspan(begin, end - begin), sides, before_line, after_line);
    at = last + 1;
  }
  return out;
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after,
                         Secrets secrets) {
  if (before == after) return {};
  std::vector<Edit> edits;
  compare(edits, split(before), split(after), 0);
  return as_text(name, edits, {before, after, secrets});
}

}  // namespace compiler::emit
