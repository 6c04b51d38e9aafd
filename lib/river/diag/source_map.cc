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

uint32_t SourceFile::line_of(uint32_t at) const {
  const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), at);
  return static_cast<uint32_t>(after - line_starts.begin());
}

std::string_view SourceFile::line(uint32_t number) const {
  const auto rest = std::string_view(text).substr(line_starts[number - 1]);
  return rest.substr(0, rest.find('\n'));
}

const SourceFile& SourceMap::add(std::string name, std::string text) {
  ENSURE(text.size() < std::numeric_limits<uint32_t>::max() - next_base_);
  std::vector<uint32_t> line_starts{0};
  for (size_t at = 0; (at = text.find('\n', at)) != text.npos;) {
    line_starts.push_back(static_cast<uint32_t>(++at));
  }
  files_.push_back({std::move(name), std::move(text), next_base_, std::move(line_starts), {}});
  // One offset more than there are bytes: the end of the file is a place of its own.
  next_base_ += static_cast<uint32_t>(files_.back().text.size()) + 1;
  return files_.back();
}

const SourceFile& SourceMap::add_made(std::string name, std::string text,
                                      std::vector<uint32_t> written_at) {
  add(std::move(name), std::move(text));
  ENSURE(written_at.size() == files_.back().line_starts.size());
  files_.back().written_at = std::move(written_at);
  return files_.back();
}

Span SourceMap::written(Span span) const {
  const SourceFile* made = span.known() ? file(span.begin) : nullptr;
  if (made == nullptr || made->written_at.empty()) return span;
  const uint32_t line = made->line_of(span.begin - made->base);
  const uint32_t at = made->written_at[line - 1];
  const SourceFile* origin = file(at);
  if (origin == nullptr) return span;
  const std::string_view shown = origin->line(origin->line_of(at - origin->base));
  const std::string_view words = text(span).substr(0, text(span).find('\n'));
  size_t first = shown.find(words), size = words.size();
  if (first == shown.npos || words.empty()) {
    first = std::min(shown.find_first_not_of(" \t\r"), shown.size());
    size = shown.substr(first).find_last_not_of(" \t\r") + 1;
  }
  return {at + static_cast<uint32_t>(first),
          at + static_cast<uint32_t>(first + std::max<size_t>(size, 1))};
}

bool SourceMap::contains(std::string_view text) const {
  return std::any_of(files_.begin(), files_.end(), [&](const SourceFile& file) {
    return file.text.find(text) != std::string::npos;
  });
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
  if (!source->written_at.empty()) return position(written({offset, offset + 1}).begin);
  const uint32_t at = offset - source->base;
  const uint32_t line = source->line_of(at);
  return {source->name, line, at - source->line_starts[line - 1] + 1};
}

std::string_view SourceMap::text(Span span) const {
  const SourceFile* source = span.known() ? file(span.begin) : nullptr;
  if (source == nullptr) return {};
  return std::string_view(source->text).substr(span.begin - source->base, span.end - span.begin);
}

}  // namespace river::diag
