#include "compiler/yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/text.h"
#include "compiler/yaml/item_tags.h"
#include "compiler/yaml/usual_mistakes.h"

namespace compiler::yaml {

namespace {

constexpr size_t kSmallMapMax = 12;
constexpr std::string_view kMergeKey = "<<";

/// Lets yaml-cpp read a text in place.
struct ViewBuffer : std::streambuf {
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

constexpr std::string_view kVaultTag = "!vault";

/// Cipher text of ansible-vault or sops, whether it has its tag or not.
bool is_cipher_text(std::string_view text) {
  return text.starts_with("$ANSIBLE_VAULT;") || text.starts_with("ENC[AES256_GCM,");
}

bool is_templated(std::string_view text) {
  return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

/// Builds nodes from the parser's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, uint32_t base, const HiddenTags& tags, Document& document,
          river::diag::Diagnostics& diagnostics)
      : text_(text), base_(base), tags_(tags), document_(document), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({.kind = Kind::null, .plain = true, .span = span_at(mark, 1)}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* target = anchor < anchors_.size() ? anchors_[anchor] : nullptr;
    if (target != nullptr) return add(target, 0);
    diagnostics_.error("F001", span_at(mark, 1), "this alias refers to a value that contains it");
    add({.kind = Kind::null, .span = span_at(mark, 1)}, 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    stack_.push_back(
        {.is_map = false, .start = span_at(mark, 1), .tag = own_tag(tag), .anchor = anchor});
  }
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    stack_.push_back(
        {.is_map = true, .start = span_at(mark, 1), .tag = own_tag(tag), .anchor = anchor});
  }
  void OnMapEnd() override;

  const Node* root() const { return root_; }
  Span span_at(const YAML::Mark& mark, size_t length) const {
    const auto begin =
        std::min<size_t>(mark.pos < 0 ? 0 : static_cast<size_t>(mark.pos), text_.size());
    const size_t end = std::min(begin + length, text_.size());
    return {base_ + static_cast<uint32_t>(begin),
            base_ + static_cast<uint32_t>(std::max(end, begin))};
  }

 private:
  struct Frame {
    bool is_map = false;
    Span start;
    std::string_view tag;
    YAML::anchor_t anchor = 0;
    std::vector<const Node*> nodes;  // Of a map: key, value, key, value.
  };

  std::string_view own_tag(const std::string& tag) {
    return tag.empty() || tag == "?" || tag == "!" ? std::string_view() : document_.arena.text(tag);
  }
  void add(const Node* node, YAML::anchor_t anchor);
  void add(Node node, YAML::anchor_t anchor) { add(document_.arena.make(node), anchor); }
  Span scalar_span(const YAML::Mark& mark, std::string_view value) const;
  std::vector<Pair> pairs_of(const Frame& frame);
  void merge(const Node& source, Span key_span, std::vector<Pair>& pairs);
  const Node* tagged_in_json(const Node& map);

  std::string_view text_;
  uint32_t base_;
  const HiddenTags& tags_;
  Document& document_;
  river::diag::Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  std::vector<const Node*> anchors_;
  std::map<std::string, const Node*> hidden_anchors_;
  const Node* root_ = nullptr;
};

void Builder::add(const Node* node, YAML::anchor_t anchor) {
  if (anchor != 0) {
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = node;
  }
  if (stack_.empty())
    root_ = node;
  else
    stack_.back().nodes.push_back(node);
}

/// Events carry no end; the source at the mark tells it: a plain scalar stands there as it is, a
/// quoted one ends at its quote, a block scalar or a tagged one is shown by its first line.
Span Builder::scalar_span(const YAML::Mark& mark, std::string_view value) const {
  const std::string_view rest = text_.substr(span_at(mark, 0).begin - base_);
  const bool is_quoted = rest.starts_with('"') || rest.starts_with('\'');
  if (!is_quoted && !value.empty() && rest.starts_with(value)) return span_at(mark, value.size());
  if (is_quoted) {
    for (size_t i = 1; i < rest.size(); ++i) {
      if (rest[0] == '"' && rest[i] == '\\')
        ++i;
      else if (rest[i] == rest[0] &&
               (rest[0] == '"' || i + 1 == rest.size() || rest[i + 1] != '\''))
        return span_at(mark, i + 1);
      else if (rest[i] == rest[0])
        ++i;
    }
  }
  const size_t line_end = std::min(rest.find('\n'), rest.size());
  return span_at(mark, std::max<size_t>(line_end, 1));
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& value) {
  Node node{.kind = Kind::scalar};
  node.plain = tag == "?";
  const auto at = static_cast<size_t>(std::max(mark.pos, 0));
  if (const auto alias = tags_.aliases.find(at); alias != tags_.aliases.end())
    if (const auto target = hidden_anchors_.find(alias->second); target != hidden_anchors_.end())
      return add(target->second, anchor);
  const auto hidden = tags_.scalars.find(at);
  const bool is_hidden = hidden != tags_.scalars.end();
  node.tag = own_tag(is_hidden ? hidden->second.tag : tag);
  node.span = scalar_span(mark, value);
  const std::string_view source = text_.substr(node.span.begin - base_, value.size());
  node.text = source == value ? source : document_.arena.text(value);
  node.templated = node.tag.empty() && is_templated(node.text);
  if (node.tag == kVaultTag || is_cipher_text(node.text)) {
    const Node* closed = make_encrypted(document_.arena, node.span);
    if (is_hidden) hidden_anchors_[hidden->second.anchor] = closed;
    return add(closed, anchor);
  }
  const std::string_view written =
      text_.substr(node.span.begin - base_, node.span.end - node.span.begin);
  const bool opens = tag == "!" && (written.starts_with('"') || written.starts_with('\''));
  if (opens && (written.size() < 2 || written.back() != written.front()))
    diagnostics_.error("F001", span_at(mark, 1), "this quote is never closed");
  const Node* made = document_.arena.make(node);
  if (is_hidden) hidden_anchors_[hidden->second.anchor] = made;
  add(made, anchor);
}

void Builder::OnSequenceEnd() {
  const Frame frame = std::move(stack_.back());
  stack_.pop_back();
  const Span span =
      frame.nodes.empty() ? frame.start : river::diag::join(frame.start, frame.nodes.back()->span);
  Node list = *make_list(document_.arena, span, frame.nodes);
  list.tag = frame.tag;
  add(list, frame.anchor);
}

void Builder::OnMapEnd() {
  const Frame frame = std::move(stack_.back());
  stack_.pop_back();
  const Span span =
      frame.nodes.empty() ? frame.start : river::diag::join(frame.start, frame.nodes.back()->span);
  const std::vector<Pair> pairs = pairs_of(frame);
  if (pairs.empty() && !frame.nodes.empty()) {
    // Jinja without quotes has its finding; what it is taken for would make another one.
    const std::string_view written = text_.substr(span.begin - base_, span.end - span.begin);
    return add(document_.arena.make(Node{.kind = Kind::scalar, .text = written, .span = span}),
               frame.anchor);
  }
  Node map = *make_map(document_.arena, span, pairs);
  map.tag = frame.tag;
  if (const Node* value = tagged_in_json(map)) return add(value, frame.anchor);
  add(map, frame.anchor);
}

/// JSON has no tags: Ansible writes {"__ansible_vault": "..."} and {"__ansible_unsafe": "..."}.
const Node* Builder::tagged_in_json(const Node& map) {
  if (map.pairs.size() != 1 || map.pairs[0].value->kind != Kind::scalar) return nullptr;
  const Pair& only = map.pairs[0];
  if (only.key == "__ansible_vault") return make_encrypted(document_.arena, map.span);
  if (only.key != "__ansible_unsafe") return nullptr;
  Node text = *only.value;
  text.tag = "!unsafe";
  text.templated = false;
  return document_.arena.make(text);
}

/// Takes in the pairs of a `<<` value; what is written in the map itself wins.
void Builder::merge(const Node& source, Span key_span, std::vector<Pair>& pairs) {
  if (source.kind == Kind::list) {
    for (const Node* item : source.items) merge(*item, key_span, pairs);
    return;
  }
  if (source.kind != Kind::map) {
    diagnostics_.error("F004", key_span, "<< takes a map or a list of maps, not {}",
                       describe(source));
    return;
  }
  for (const Pair& pair : source.pairs)
    if (std::none_of(pairs.begin(), pairs.end(), [&](const Pair& p) { return p.key == pair.key; }))
      pairs.push_back(pair);
}

std::vector<Pair> Builder::pairs_of(const Frame& frame) {
  std::vector<Pair> pairs;
  std::vector<Pair> merges;
  for (size_t i = 0; i + 1 < frame.nodes.size(); i += 2) {
    const Node& key = *frame.nodes[i];
    if (key.kind != Kind::scalar &&
        report_bare_jinja(text_, key.span.begin - base_, base_, diagnostics_))
      continue;
    if (key.kind != Kind::scalar) {
      diagnostics_.error("F001", key.span, "a key must be text, not {}", describe(key));
      continue;
    }
    const bool is_merge = key.plain && key.text == kMergeKey;
    (is_merge ? merges : pairs).push_back({key.text, key.span, frame.nodes[i + 1]});
  }
  std::vector<uint32_t> order(pairs.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return pairs[a].key < pairs[b].key; });
  std::vector<bool> repeated(pairs.size());
  for (size_t i = 1; i < order.size(); ++i) {
    const Pair& first = pairs[order[i - 1]];
    const Pair& second = pairs[order[i]];
    if (first.key != second.key) continue;
    diagnostics_.error("F003", second.key_span, "the key \"{}\" is written twice", second.key)
        .note(first.key_span, "first written here")
        .with_help("YAML would silently take the last one; keep one of them");
    repeated[order[i]] = true;
  }
  std::vector<Pair> unique;
  for (size_t i = 0; i < pairs.size(); ++i)
    if (!repeated[i]) unique.push_back(pairs[i]);
  for (const Pair& pair : merges) merge(*pair.value, pair.key_span, unique);
  return unique;
}

/// Reads `readable`, which is `text` but for blanks. False: not valid YAML, which is reported.
bool parse_once(std::string_view readable, std::string_view text, uint32_t base,
                const HiddenTags& tags, Document& document, river::diag::Diagnostics& diagnostics) {
  Builder builder(text, base, tags, document, diagnostics);
  try {
    ViewBuffer buffer(readable);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return true;
    document.root = builder.root();
    river::diag::Diagnostics ignored;
    Builder second(text, base, tags, document, ignored);
    if (parser.HandleNextDocument(second))
      diagnostics
          .error("F001", second.root() != nullptr ? second.root()->span : Span{},
                 "a second YAML document in one file")
          .with_help("split the file in two");
  } catch (const YAML::Exception& problem) {
    const Span place = builder.span_at(problem.mark, 1);
    if (!report_usual_mistake(text, place.begin - base, base, diagnostics))
      diagnostics.error("F001", place, "not valid YAML: {}", problem.msg);
    return false;
  }
  return true;
}

/// Ansible reads UTF-8 and nothing else. True: the text is not, which is reported at its first byte
/// that is none.
bool report_other_encoding(std::string_view text, uint32_t base,
                           river::diag::Diagnostics& diagnostics) {
  if (base::is_utf8(text)) return false;
  size_t at = 0;
  for (base::Utf8Char next = base::first_utf8(text); next.valid;
       next = base::first_utf8(text.substr(at)))
    at += next.size;
  const uint32_t place = base + static_cast<uint32_t>(at);
  diagnostics
      .error("F001", {place, place + 1}, "not valid UTF-8: byte 0x{:02x}",
             static_cast<uint8_t>(text[at]))
      .with_help("save the file as UTF-8");
  return true;
}

bool any_of_words(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

std::unique_ptr<Document> parse(const river::diag::SourceFile& file,
                                river::diag::Diagnostics& diagnostics) {
  auto document = std::make_unique<Document>();
  std::string_view text = file.text;
  uint32_t base = file.base;
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
    base += 3;
  }
  if (report_other_encoding(text, base, diagnostics)) return document;
  HiddenTags tags;
  river::diag::Diagnostics found;
  if (!parse_once(text, text, base, tags, *document, found)) {
    const std::string untagged = without_item_tags(text, tags);
    river::diag::Diagnostics again;
    if (!tags.scalars.empty() && parse_once(untagged, text, base, tags, *document, again))
      found = std::move(again);
  }
  diagnostics.append(std::move(found));
  return document;
}

const Pair* Node::find(std::string_view key) const {
  if (pairs_sorted.empty()) {
    for (const Pair& pair : pairs)
      if (pair.key == key) return &pair;
    return nullptr;
  }
  const auto at =
      std::lower_bound(pairs_sorted.begin(), pairs_sorted.end(), key,
                       [&](uint32_t i, std::string_view k) { return pairs[i].key < k; });
  return at != pairs_sorted.end() && pairs[*at].key == key ? &pairs[*at] : nullptr;
}

const Node* make_map(base::Arena& arena, Span span, const std::vector<Pair>& pairs) {
  Node map{.kind = Kind::map, .span = span};
  map.pairs = arena.list(pairs);
  for (const Pair& pair : pairs) map.templated |= pair.value->templated;
  if (pairs.size() > kSmallMapMax) {
    std::vector<uint32_t> order(pairs.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return pairs[a].key < pairs[b].key; });
    map.pairs_sorted = arena.list(order);
  }
  return arena.make(map);
}

const Node* make_list(base::Arena& arena, Span span, const std::vector<const Node*>& items) {
  Node list{.kind = Kind::list, .span = span};
  list.items = arena.list(items);
  for (const Node* item : items) list.templated |= item->templated;
  return arena.make(list);
}

const Node* placed_at(Span span, const Node& node, base::Arena& arena) {
  Node copy = node;
  copy.span = span;
  if (node.kind == Kind::list) {
    std::vector<const Node*> items;
    for (const Node* item : node.items) items.push_back(placed_at(span, *item, arena));
    return make_list(arena, span, items);
  }
  if (node.kind == Kind::map) {
    std::vector<Pair> pairs;
    for (const Pair& pair : node.pairs)
      pairs.push_back({pair.key, span, placed_at(span, *pair.value, arena)});
    return make_map(arena, span, pairs);
  }
  return arena.make(copy);
}

const Node* make_encrypted(base::Arena& arena, Span span) {
  return arena.make(Node{.kind = Kind::scalar, .from_vault = true, .tag = kVaultTag, .span = span});
}

std::optional<bool> as_bool(const Node& node) {
  if (node.kind != Kind::scalar || !node.plain) return std::nullopt;
  if (any_of_words(node.text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}))
    return true;
  if (any_of_words(node.text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}))
    return false;
  return std::nullopt;
}

std::optional<int64_t> as_int(const Node& node) {
  if (node.kind != Kind::scalar || node.text.empty() || node.text.size() > 18) return std::nullopt;
  const bool negative = node.text[0] == '-';
  int64_t value = 0;
  for (char c : node.text.substr(negative ? 1 : 0)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (negative && node.text.size() == 1) return std::nullopt;
  return negative ? -value : value;
}

bool is_null(const Node& node) {
  return node.kind == Kind::null || (node.kind == Kind::scalar && node.plain &&
                                     any_of_words(node.text, {"", "~", "null", "Null", "NULL"}));
}

bool is_encrypted(const Node& node) {
  return node.tag == kVaultTag;
}

const Node* find_encrypted(const Node& node) {
  if (is_encrypted(node)) return &node;
  for (const Node* item : node.items)
    if (const Node* found = find_encrypted(*item)) return found;
  for (const Pair& pair : node.pairs)
    if (const Node* found = find_encrypted(*pair.value)) return found;
  return nullptr;
}

std::optional<std::string_view> as_text(const Node& node) {
  if (node.kind != Kind::scalar || is_null(node) || as_bool(node) || is_encrypted(node))
    return std::nullopt;
  return node.text;
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "nothing";
    case Kind::scalar:
      return "text";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "";
}

std::string_view describe(const Node& node) {
  if (is_encrypted(node)) return "an encrypted value";
  if (!node.tag.empty()) return "a tagged value";
  if (is_null(node)) return "nothing";
  if (as_bool(node)) return "a boolean";
  if (node.kind == Kind::scalar && node.plain && as_int(node)) return "a number";
  return kind_name(node.kind);
}

}  // namespace compiler::yaml
