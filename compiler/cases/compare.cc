#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/rfc3339.h"
#include "compiler/cases/cases.h"
#include "river/value.h"

namespace compiler::cases {

using river::quote;

namespace {

/// Collects what differs, as a diff: - expected, + got.
class Difference {
 public:
  void text(std::string_view what, std::string_view expected, std::string_view got) {
    if (expected == got) return;
    lines_.push_back(fmt::format("  {}:", what));
    lines_.push_back(fmt::format("    - {}", quote(expected)));
    lines_.push_back(fmt::format("    + {}", quote(got)));
  }
  void map(std::string_view what, const TextMap& expected, const TextMap& got) {
    if (expected == got) return;
    lines_.push_back(fmt::format("  {}:", what));
    auto left = expected.begin();
    auto right = got.begin();
    while (left != expected.end() || right != got.end()) {
      const bool takes_left =
          right == got.end() || (left != expected.end() && left->first <= right->first);
      const bool takes_right =
          left == expected.end() || (right != got.end() && right->first <= left->first);
      const bool is_same = takes_left && takes_right && left->second == right->second;
      if (is_same) lines_.push_back(fmt::format("      {}={}", left->first, quote(left->second)));
      if (takes_left && !is_same)
        lines_.push_back(fmt::format("    - {}={}", left->first, quote(left->second)));
      if (takes_right && !is_same)
        lines_.push_back(fmt::format("    + {}={}", right->first, quote(right->second)));
      if (takes_left) ++left;
      if (takes_right) ++right;
    }
  }
  void add(std::string line) { lines_.push_back(std::move(line)); }
  std::vector<std::string> take() { return std::move(lines_); }
  bool empty() const { return lines_.empty(); }

 private:
  std::vector<std::string> lines_;
};

/// The labels of `got` that `wanted` speaks of.
TextMap part_of(const TextMap& got, TextMap& wanted) {
  TextMap out;
  for (const auto& [name, value] : wanted)
    if (const auto found = got.find(name); found != got.end()) out.insert(*found);
  std::erase_if(wanted, [](const auto& label) { return label.second.empty(); });
  return out;
}

void compare_entry(const Expected& expected, const Arrived& got, Difference& out) {
  if (!expected.to.empty()) out.text("to", expected.to, got.backend);
  if (expected.labels) out.map("labels", *expected.labels, got.labels);
  if (expected.has_labels) {
    TextMap wanted = *expected.has_labels;
    const TextMap there = part_of(got.labels, wanted);
    out.map("has_labels", wanted, there);
  }
  if (expected.line) out.text("line", *expected.line, got.line);
  if (expected.timestamp_ns)
    out.text("timestamp", base::format_rfc3339(*expected.timestamp_ns),
             base::format_rfc3339(got.timestamp_ns));
  if (expected.metadata) out.map("metadata", *expected.metadata, got.metadata);
  if (expected.tenant) out.text("tenant", *expected.tenant, got.tenant);
}

std::string text_of(const Arrived& entry) {
  std::string labels;
  for (const auto& [name, value] : entry.labels)
    labels += fmt::format("{}{}={}", labels.empty() ? "" : ", ", name, quote(value));
  return fmt::format("{{{}}} {}", labels, quote(entry.line));
}

std::string text_of(const Loss& loss, const river::diag::SourceMap& sources) {
  if (!loss.place.known()) return loss.what;
  const auto at = sources.position(sources.written(loss.place).begin);
  return fmt::format("{}, {}:{}:{}", loss.what, at.file, at.line, at.column);
}

void add_losses(const Outcome& outcome, const river::diag::SourceMap& sources, Difference& out) {
  for (const Loss& loss : outcome.lost) out.add("  dropped by " + text_of(loss, sources));
}

/// Without `to` it is all the same which backend an entry leaves for, and to how many.
std::vector<Arrived> to_compare(const Case& one, std::vector<Arrived> arrived) {
  if (std::any_of(one.entries.begin(), one.entries.end(),
                  [](const Expected& expected) { return !expected.to.empty(); }))
    return arrived;
  std::vector<std::string> backends;
  for (const Arrived& entry : arrived) backends.push_back(entry.backend);
  if (std::set<std::string>(backends.begin(), backends.end()).size() < 2) return arrived;
  std::vector<Arrived> out;
  for (Arrived& entry : arrived) {
    entry.backend.clear();
    if (std::find(out.begin(), out.end(), entry) == out.end()) out.push_back(std::move(entry));
  }
  return out;
}

void compare_dropped(const Case& one, const Outcome& outcome, const river::diag::SourceMap& sources,
                     Difference& out) {
  for (const Arrived& entry : outcome.arrived) out.add("  expected nothing, got " + text_of(entry));
  if (!out.empty() || one.dropped->empty()) return;
  const bool is_why = std::any_of(outcome.lost.begin(), outcome.lost.end(), [&](const Loss& loss) {
    return text_of(loss, sources).find(*one.dropped) != std::string::npos;
  });
  if (is_why) return;
  out.add(fmt::format("  expected a drop by {}", *one.dropped));
  add_losses(outcome, sources, out);
}

}  // namespace

std::vector<std::string> compare(const Case& one, const Outcome& outcome,
                                 const river::diag::SourceMap& sources) {
  Difference out;
  if (!outcome.error.empty()) {
    out.add("  " + outcome.error);
    return out.take();
  }
  if (one.dropped) {
    compare_dropped(one, outcome, sources, out);
    return out.take();
  }
  const std::vector<Arrived> arrived = to_compare(one, outcome.arrived);
  if (arrived.size() != one.entries.size()) {
    out.add(fmt::format("  expected {} {}, got {}", one.entries.size(),
                        one.entries.size() == 1 ? "entry" : "entries", arrived.size()));
    for (const Arrived& entry : arrived) out.add("    + " + text_of(entry));
    add_losses(outcome, sources, out);
    return out.take();
  }
  for (size_t i = 0; i < arrived.size(); ++i) {
    Difference entry;
    compare_entry(one.entries[i], arrived[i], entry);
    if (entry.empty()) continue;
    if (arrived.size() > 1) out.add(fmt::format("  entry {}:", i + 1));
    for (std::string& line : entry.take()) out.add(std::move(line));
  }
  return out.take();
}

}  // namespace compiler::cases
