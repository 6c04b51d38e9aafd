#include "compiler/migrate/documents/excerpt.h"

#include <algorithm>
#include <tuple>

#include "compiler/migrate/documents/codec.h"

namespace compiler::migrate::documents {

/// One text with the way to the text around it. The file itself is not held on to: what was decoded
/// right from it keeps its own bytes, and these only when they differ from what they mean.
struct Excerpt::Level {
  std::shared_ptr<const Level> parent;  ///< nullptr: it stands in the file
  uint32_t begin = 0;                   ///< in the parent's text, or the file
  Encoding encoding = Encoding::plain;
  uint32_t indent = 0;
  bool is_file = false;
  bool is_editable = true;
  std::string text;
  std::string raw;  ///< as written; empty: it is `text`
  std::vector<codec::Run> runs;

  const std::string& written() const { return raw.empty() ? text : raw; }

  /// Where what text[offset] stands for begins in written().
  uint32_t in_raw(uint32_t offset) const {
    if (!is_editable) return 0;
    if (offset >= text.size()) return static_cast<uint32_t>(written().size());
    const auto after =
        std::upper_bound(runs.begin(), runs.end(), offset,
                         [](uint32_t value, const codec::Run& run) { return value < run.text; });
    if (after == runs.begin()) return offset;
    const codec::Run& run = *(after - 1);
    return run.atomic != 0 ? run.raw : run.raw + (offset - run.text);
  }

  uint32_t in_file(uint32_t offset) const {
    const uint32_t at = begin + in_raw(offset);
    return parent != nullptr ? parent->in_file(at) : at;
  }

  bool keeps_shape(std::string_view changed, std::string_view changed_raw) const;
  std::optional<FileEdit> replace(uint32_t from, uint32_t to, std::string_view replacement) const;
};

namespace {

/// Line breaks at the end; how many a block scalar has is up to its header (chomping).
size_t breaks_at_end(std::string_view text) {
  const size_t last = text.find_last_not_of('\n');
  return last == std::string_view::npos ? text.size() : text.size() - 1 - last;
}

bool is_yaml(Encoding encoding) {
  return encoding != Encoding::plain && encoding != Encoding::json_string &&
         encoding != Encoding::url_query;
}

/// Whether the first line of a block scalar with something in it begins with a space: YAML reads
/// the indentation of all from it.
bool begins_with_space(std::string_view text) {
  const size_t first = text.find_first_not_of('\n');
  return first != std::string_view::npos && text[first] == ' ';
}

}  // namespace

/// What a block scalar's header says must stay true: its decoded content does not show it. In other
/// scalars YAML readers do not agree on line breaks at either end.
bool Excerpt::Level::keeps_shape(std::string_view changed, std::string_view changed_raw) const {
  if (encoding != Encoding::yaml_literal && encoding != Encoding::yaml_folded) {
    const std::string_view kSpace = " \t\r\n";
    const size_t first = std::min(changed_raw.find_first_not_of(kSpace), changed_raw.size());
    const std::string_view behind = changed_raw.substr(changed_raw.find_last_not_of(kSpace) + 1);
    return !is_yaml(encoding) ||
           (changed_raw.substr(0, first).find('\n') == std::string_view::npos &&
            behind.find('\n') == std::string_view::npos);
  }
  const bool has_content = changed.find_first_not_of("\n ") != std::string_view::npos;
  const bool ends_alike = changed_raw.ends_with('\n') == written().ends_with('\n');
  return has_content && ends_alike && breaks_at_end(changed) == breaks_at_end(text) &&
         begins_with_space(changed) == begins_with_space(text);
}

/// Written with the replacement in it, the text must read as it should: folded lines and plain
/// scalars depend on what stands beside them.
std::optional<FileEdit> Excerpt::Level::replace(uint32_t from, uint32_t to,
                                                std::string_view replacement) const {
  if (!is_editable || from > to || to > text.size()) return std::nullopt;
  const std::string& old = written();
  auto encoded =
      codec::encode(replacement, encoding, indent, old.find("\r\n") != std::string::npos);
  if (!encoded) return std::nullopt;
  const uint32_t raw_from = in_raw(from);
  const uint32_t raw_to = std::max(raw_from, in_raw(to));
  const std::string changed = text.substr(0, from) + std::string(replacement) + text.substr(to);
  const std::string changed_raw = old.substr(0, raw_from) + *encoded + old.substr(raw_to);
  const auto read = codec::decode(changed_raw, encoding, indent);
  if (!read || read->text != changed || !keeps_shape(changed, changed_raw)) return std::nullopt;
  if (parent != nullptr) return parent->replace(begin + raw_from, begin + raw_to, *encoded);
  return FileEdit{begin + raw_from, begin + raw_to, std::move(*encoded)};
}

Excerpt Excerpt::of_file(std::string_view text) {
  auto level = std::make_shared<Level>();
  level->text = text;
  level->is_file = true;
  return Excerpt(std::move(level));
}

Excerpt Excerpt::read_only(std::string text, uint32_t at) {
  auto level = std::make_shared<Level>();
  level->text = std::move(text);
  level->begin = at;
  level->is_editable = false;
  return Excerpt(std::move(level));
}

std::optional<Excerpt> Excerpt::decode(uint32_t begin, uint32_t end, Encoding encoding,
                                       uint32_t indent) const {
  const std::string_view all = text();
  if (begin > end || end > all.size()) return std::nullopt;
  const std::string_view raw = all.substr(begin, end - begin);
  auto decoded = codec::decode(raw, encoding, indent);
  if (!decoded) return std::nullopt;
  auto level = std::make_shared<Level>();
  const bool in_file = level_ == nullptr || level_->is_file;
  level->parent = in_file ? nullptr : level_;
  level->begin = begin;
  level->encoding = encoding;
  level->indent = indent;
  level->text = std::move(decoded->text);
  // Without a run of its own, an offset stands for itself.
  const bool is_same = level->text == raw;
  if (!is_same) level->raw = raw;
  if (!is_same) level->runs = std::move(decoded->runs);
  return Excerpt(std::move(level));
}

const std::string& Excerpt::text() const {
  static const std::string kNothing;
  return level_ != nullptr ? level_->text : kNothing;
}

uint32_t Excerpt::in_file(uint32_t offset) const {
  return level_ != nullptr ? level_->in_file(offset) : 0;
}

std::optional<FileEdit> Excerpt::replace(uint32_t begin, uint32_t end,
                                         std::string_view replacement) const {
  if (level_ == nullptr) return std::nullopt;
  return level_->replace(begin, end, replacement);
}

std::optional<std::string> apply(std::string_view file, std::vector<FileEdit> edits) {
  std::sort(edits.begin(), edits.end(), [](const FileEdit& a, const FileEdit& b) {
    return std::tie(a.begin, a.end, a.text) < std::tie(b.begin, b.end, b.text);
  });
  edits.erase(std::unique(edits.begin(), edits.end()), edits.end());
  std::string out;
  size_t at = 0;
  for (const FileEdit& edit : edits) {
    if (edit.begin < at || edit.end < edit.begin || edit.end > file.size()) return std::nullopt;
    out += file.substr(at, edit.begin - at);
    out += edit.text;
    at = edit.end;
  }
  out += file.substr(at);
  return out;
}

}  // namespace compiler::migrate::documents
