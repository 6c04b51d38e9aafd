#include <algorithm>
#include <optional>

#include "base/text.h"
#include "compiler/migrate/documents/codec.h"
#include "compiler/migrate/documents/tree.h"
#include "compiler/yaml/yaml.h"

namespace compiler::migrate::documents {

namespace {

/// Where a scalar's content stands in YAML text and how it is written there.
struct WrittenScalar {
  uint32_t begin = 0;  ///< of the content: without quotes, or after the header of a block
  uint32_t end = 0;
  Encoding encoding = Encoding::plain;
  uint32_t indent = 0;
  bool is_exact = false;  ///< decoding it gives the value; false: it is shown but not edited
};

/// Passes `&anchor` and `!tag`, in any order.
size_t skip_properties(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    while (at < text.size() && !base::is_space(text[at])) ++at;
    while (at < text.size() && base::is_space(text[at])) ++at;
  }
  return at;
}

/// The closing quote of the scalar whose opening one is before `at`.
size_t closing_quote(std::string_view text, size_t at, char quote) {
  for (; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\')
      ++at;
    else if (quote == '\'' && text.substr(at, 2) == "''")
      ++at;
    else if (text[at] == quote)
      return at;
  }
  return text.size();
}

/// The end of a plain scalar that means `value`; it may go over lines.
size_t plain_end(std::string_view text, size_t at, std::string_view value) {
  for (size_t i = 0; i < value.size() && at < text.size();) {
    size_t after = at;
    size_t breaks = 0;
    while (after < text.size() && base::is_space(text[after]))
      breaks += text[after++] == '\n' ? 1 : 0;
    i += breaks == 0 ? std::max<size_t>(after - at, 1) : std::max<size_t>(breaks - 1, 1);
    at = std::max(after, breaks == 0 ? at + 1 : at);
  }
  return std::min(at, text.size());
}

struct Block {
  size_t begin = 0;
  size_t end = 0;
  uint32_t indent = 0;
};

/// The lines after the header of a block scalar. Its indentation is that of the first line with
/// content, unless the header gives one: then any smaller one is possible, too.
std::optional<Block> block_content(std::string_view text, size_t header, char chomping,
                                   uint32_t indent) {
  const size_t begin = text.find('\n', header);
  if (begin == std::string_view::npos) return std::nullopt;
  Block block{.begin = begin + 1, .end = begin + 1};
  size_t content_end = block.begin;  // Behind the last line with content, without its line break.
  for (size_t at = block.begin; at < text.size();) {
    const size_t line_feed = std::min(text.find('\n', at), text.size());
    const size_t first = std::min(text.find_first_not_of(' ', at), text.size());
    const bool is_blank = first >= line_feed || text[first] == '\r';
    const auto spaces = static_cast<uint32_t>(first - at);
    if (!is_blank && block.indent == 0) block.indent = indent != 0 ? indent : spaces;
    if (!is_blank && (spaces < block.indent || block.indent == 0)) break;
    at = std::min(line_feed + 1, text.size());
    if (!is_blank) {
      content_end = line_feed > 0 && text[line_feed - 1] == '\r' ? line_feed - 1 : line_feed;
      block.end = at;
    }
    if (chomping == '+') block.end = at;
  }
  if (chomping == '-') block.end = content_end;
  return block;
}

WrittenScalar written_block(std::string_view text, size_t at, std::string_view value) {
  WrittenScalar out{.begin = static_cast<uint32_t>(at), .end = static_cast<uint32_t>(at)};
  out.encoding = text[at] == '|' ? Encoding::yaml_literal : Encoding::yaml_folded;
  const std::string_view header = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
  const std::string_view marks = header.substr(0, header.find(' '));
  const char chomping = marks.find('+') != std::string_view::npos   ? '+'
                        : marks.find('-') != std::string_view::npos ? '-'
                                                                    : ' ';
  const bool is_given = marks.find_first_of("123456789") != std::string_view::npos;
  auto block = block_content(text, at, chomping, is_given ? 1 : 0);
  for (uint32_t indent = 1; block; ++indent) {
    const auto decoded = codec::decode(text.substr(block->begin, block->end - block->begin),
                                       out.encoding, block->indent);
    out.is_exact = decoded && decoded->text == value;
    if (out.is_exact || !is_given || indent > 64) break;
    block = block_content(text, at, chomping, indent + 1);
  }
  if (!block) return out;
  out.begin = static_cast<uint32_t>(block->begin);
  out.end = static_cast<uint32_t>(block->end);
  out.indent = block->indent;
  return out;
}

}  // namespace

bool opens_flow_collection(std::string_view text, uint32_t at) {
  const size_t first = skip_properties(text, at);
  return first < text.size() && (text[first] == '{' || text[first] == '[');
}

WrittenScalar written_scalar(std::string_view text, uint32_t at, std::string_view value,
                             bool in_flow) {
  const size_t begin = skip_properties(text, at);
  WrittenScalar out{.begin = static_cast<uint32_t>(begin), .end = static_cast<uint32_t>(begin)};
  if (begin >= text.size()) return out;
  const char first = text[begin];
  if (!in_flow && (first == '|' || first == '>')) return written_block(text, begin, value);
  if (first == '"' || first == '\'') {
    out.encoding = first == '"' ? Encoding::yaml_double_quoted : Encoding::yaml_single_quoted;
    out.begin = static_cast<uint32_t>(begin + 1);
    out.end = static_cast<uint32_t>(closing_quote(text, begin + 1, first));
  } else {
    out.encoding = in_flow ? Encoding::yaml_plain_flow : Encoding::yaml_plain;
    out.end = static_cast<uint32_t>(plain_end(text, begin, value));
  }
  if (text.substr(out.begin, out.end - out.begin) == value && first != '"' && first != '\'') {
    out.is_exact = true;
    return out;
  }
  const auto decoded = codec::decode(text.substr(out.begin, out.end - out.begin), out.encoding, 0);
  out.is_exact = decoded && decoded->text == value;
  return out;
}

namespace {
namespace yaml = compiler::yaml;
constexpr int kYamlDepthMax = 200;
constexpr size_t kNodesMax = 1'000'000;

/// What a tree of YAML lives on.
struct Parsed {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  std::unique_ptr<yaml::Document> document;
  uint32_t base = 0;
};

/// The next line that begins with --- or ..., from `at` on: YAML allows them nowhere else there.
size_t next_marker(std::string_view text, size_t at) {
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    const bool is_marker = rest.starts_with("---") || rest.starts_with("...");
    if (is_marker &&
        (rest.size() == 3 || std::string_view(" \t\r\n").find(rest[3]) != std::string_view::npos))
      return at;
    const size_t line_end = text.find('\n', at);
    if (line_end == std::string_view::npos) break;
    at = line_end + 1;
  }
  return text.size();
}

bool is_number(std::string_view text) {
  const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  return text.size() > sign &&
         text.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
         text.find_first_of("0123456789") != std::string_view::npos;
}

}  // namespace

/// Copies the nodes of compiler::yaml into a tree; what stands where is looked up in the source.
class YamlReader {
 public:
  YamlReader(const Excerpt& source, uint32_t begin, uint32_t end)
      : text_(std::string_view(source.text()).substr(0, end)), begin_(begin) {
    tree_.source_ = source;
  }

  std::optional<Tree> read(std::optional<TreeError>& error);

 private:
  void add(const yaml::Node& node, uint32_t parent, const yaml::Pair* pair, int depth,
           bool in_flow);
  void add_children(const yaml::Node& node, uint32_t index, int depth, bool in_flow);
  void place_scalar(const yaml::Node& from, Tree::Node& to, bool in_flow) const;
  uint32_t at(river::diag::Span span) const {
    const uint32_t offset = span.begin >= base_ ? span.begin - base_ : 0;
    return std::min(begin_ + offset, static_cast<uint32_t>(text_.size()));
  }

  std::string_view text_;  // Up to the document's end.
  uint32_t begin_;
  uint32_t base_ = 0;
  Tree tree_;
  bool is_too_large_ = false;
};

void YamlReader::place_scalar(const yaml::Node& from, Tree::Node& to, bool in_flow) const {
  const WrittenScalar written = written_scalar(text_, to.begin, from.text, in_flow);
  to.begin = written.begin;
  to.end = written.end;
  to.encoding = written.encoding;
  to.indent = written.indent;
  to.is_exact = written.is_exact;
}

void YamlReader::add(const yaml::Node& node, uint32_t parent, const yaml::Pair* pair, int depth,
                     bool in_flow) {
  if (depth > kYamlDepthMax || tree_.nodes_.size() >= kNodesMax) {
    is_too_large_ = true;
    return;
  }
  const auto index = static_cast<uint32_t>(tree_.nodes_.size());
  Tree::Node& own = tree_.nodes_.emplace_back();
  own.parent = parent;
  own.begin = own.end = at(node.span);
  if (pair != nullptr) {
    own.key = pair->key;
    const WrittenScalar key = written_scalar(text_, at(pair->key_span), pair->key, in_flow);
    own.key_begin = key.begin;
    own.key_end = key.end;
    own.key_encoding = key.encoding;
  }
  if (yaml::is_null(node)) return;
  if (node.kind == yaml::Kind::scalar) {
    const auto boolean = yaml::as_bool(node);
    own.kind = boolean                              ? Tree::Kind::boolean
               : node.plain && is_number(node.text) ? Tree::Kind::number
                                                    : Tree::Kind::string;
    own.text = boolean ? (*boolean ? "true" : "false") : node.text;
    place_scalar(node, own, in_flow);
    own.is_exact = own.is_exact && (!boolean || own.text == node.text);
    return;
  }
  own.kind = node.kind == yaml::Kind::map ? Tree::Kind::map : Tree::Kind::list;
  const bool opens_flow = opens_flow_collection(text_, own.begin);
  add_children(node, index, depth, in_flow || opens_flow);
}

void YamlReader::add_children(const yaml::Node& node, uint32_t index, int depth, bool in_flow) {
  uint32_t last = Tree::kNone;
  const auto child = [&](const yaml::Node& value, const yaml::Pair* pair) {
    const auto added = static_cast<uint32_t>(tree_.nodes_.size());
    add(value, index, pair, depth + 1, in_flow);
    if (tree_.nodes_.size() == added) return;
    (last == Tree::kNone ? tree_.nodes_[index].first : tree_.nodes_[last].next) = added;
    last = added;
  };
  for (const yaml::Node* item : node.items) child(*item, nullptr);
  for (const yaml::Pair& pair : node.pairs) child(*pair.value, &pair);
}

std::optional<Tree> YamlReader::read(std::optional<TreeError>& error) {
  auto parsed = std::make_shared<Parsed>();
  const auto& file = parsed->sources.add("", std::string(text_.substr(begin_)));
  base_ = file.base;
  parsed->document = yaml::parse(file, parsed->diagnostics);
  for (const auto& finding : parsed->diagnostics.items())
    if (finding.code == "F001" && !error) error = TreeError{at(finding.span), finding.message};
  if (error || parsed->document->root == nullptr) return std::nullopt;
  add(*parsed->document->root, Tree::kNone, nullptr, 0, false);
  tree_.memory_ = parsed;
  if (is_too_large_) error = TreeError{begin_, "more than a million values, or 200 levels deep"};
  if (is_too_large_) return std::nullopt;
  return std::move(tree_);
}

std::vector<Tree> read_yaml(const Excerpt& source, std::optional<TreeError>& error) {
  const std::string_view text = source.text();
  std::vector<Tree> trees;
  for (size_t at = 0; at < text.size() && !error;) {
    // The marker itself stays with the document that it begins: content may follow it.
    const size_t end = next_marker(text, text.substr(at).starts_with("---") ? at + 3 : at);
    auto tree =
        YamlReader(source, static_cast<uint32_t>(at), static_cast<uint32_t>(end)).read(error);
    if (tree && !tree->root().is_null()) trees.push_back(std::move(*tree));
    const bool is_end_marker = text.substr(end).starts_with("...");
    at = is_end_marker ? std::min(text.find('\n', end), text.size() - 1) + 1 : end;
  }
  return trees;
}

}  // namespace compiler::migrate::documents
