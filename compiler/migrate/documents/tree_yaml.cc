#include <algorithm>

#include "compiler/migrate/documents/codec.h"
#include "compiler/migrate/documents/tree.h"
#include "compiler/migrate/documents/yaml_scalar.h"
#include "compiler/yaml/yaml.h"

namespace compiler::migrate::documents {

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
