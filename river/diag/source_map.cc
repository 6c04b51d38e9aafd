#include "river/diag/source_map.h"

#include <algorithm>
#include <limits>

#include "base/ensure.h"

namespace river::diag {

Span join(Span first, Span last) {
  if (!first.known()) return last;
  if (!last.known()) return first;
  return {first.begin, std::max(first.end, last.end)};
}

const SourceFile& SourceMap::add(std::string name, std::string text) {
  ENSURE(text.size() < std::numeric_limits<uint32_t>::max() - next_base_);
  files_.push_back({std::move(name), std::move(text), next_base_});
  // One offset more than there are bytes: the end of the file is a place of its own.
  next_base_ += static_cast<uint32_t>(files_.back().text.size()) + 1;
  return files_.back();
}

const SourceFile* SourceMap::file(uint32_t offset) const {
  const auto after = std::upper_bound(
      files_.begin(), files_.end(), offset,
      [](uint32_t wanted, const SourceFile& candidate) { return wanted < candidate.base; });
  if (offset == 0 || after == files_.begin() || offset >= next_base_) return nullptr;
  return &*std::prev(after);
}

Position SourceMap::position(uint32_t offset) const {
  const SourceFile* source = file(offset);
  if (source == nullptr) return {};
  const auto before = std::string_view(source->text).substr(0, offset - source->base);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  return {source->name, line, static_cast<uint32_t>(before.size() - line_start) + 1};
}

std::string_view SourceMap::text(Span span) const {
  const SourceFile* source = span.known() ? file(span.begin) : nullptr;
  if (source == nullptr) return {};
  return std::string_view(source->text).substr(span.begin - source->base, span.end - span.begin);
}

}  // namespace river::diag
