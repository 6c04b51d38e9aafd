#include <fmt/format.h>

#include <deque>

#include "compiler/migrate/documents/codec.h"
#include "compiler/migrate/documents/tree.h"

namespace compiler::migrate::documents {

/// RFC 8259 in one pass without recursion: the way up is in the nodes. Strings without an escape,
/// which are nearly all, are viewed where they stand.
class JsonReader {
 public:
  explicit JsonReader(const Excerpt& source) : text_(source.text()) {
    tree_.source_ = source;
    tree_.nodes_.reserve(text_.size() / 24);
    auto memory = std::make_shared<std::deque<std::string>>();
    decoded_ = memory.get();
    tree_.memory_ = std::move(memory);
  }

  std::optional<Tree> read(TreeError* error);

 private:
  struct Content {
    std::string_view text;
    uint32_t begin = 0;
    uint32_t end = 0;
  };

  void skip_space() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool fail(std::string_view message) {
    if (message_.empty()) message_ = message;
    return false;
  }
  bool value();
  bool string(Content& out);
  bool key();
  bool scalar(Tree::Node& node);
  bool number(Tree::Node& node);
  bool after_value();
  Tree::Node& add();

  std::string_view text_;
  Tree tree_;
  std::deque<std::string>* decoded_ = nullptr;
  std::vector<uint32_t> last_;  // Of each open list or map its last child so far.
  uint32_t open_ = Tree::kNone;
  Content key_;
  size_t at_ = 0;
  std::string message_;
};

namespace {
constexpr size_t kJsonDepthMax = 200;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}  // namespace

bool JsonReader::string(Content& out) {
  const size_t begin = ++at_;
  bool has_escape = false;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\') {
      has_escape = true;
      ++at_;
    }
    ++at_;
  }
  if (at_ >= text_.size()) {
    at_ = begin - 1;
    return fail("a string that is never closed");
  }
  out = {text_.substr(begin, at_ - begin), static_cast<uint32_t>(begin),
         static_cast<uint32_t>(at_)};
  ++at_;
  if (!has_escape) return true;
  auto meant = codec::decode(out.text, Encoding::json_string, 0);
  if (!meant) return fail("an escape that JSON does not have");
  out.text = decoded_->emplace_back(std::move(meant->text));
  return true;
}

Tree::Node& JsonReader::add() {
  const auto index = static_cast<uint32_t>(tree_.nodes_.size());
  if (open_ != Tree::kNone) {
    uint32_t& last = last_.back();
    (last == Tree::kNone ? tree_.nodes_[open_].first : tree_.nodes_[last].next) = index;
    last = index;
  }
  Tree::Node& node = tree_.nodes_.emplace_back();
  node.parent = open_;
  node.key = key_.text;
  node.key_begin = key_.begin;
  node.key_end = key_.end;
  node.key_encoding = Encoding::json_string;
  node.begin = static_cast<uint32_t>(at_);
  key_ = {};
  return node;
}

bool JsonReader::number(Tree::Node& node) {
  const size_t begin = at_;
  while (at_ < text_.size() &&
         std::string_view("+-.eE0123456789").find(text_[at_]) != std::string_view::npos)
    ++at_;
  if (at_ == begin) return fail("no JSON value");
  node.kind = Tree::Kind::number;
  node.text = text_.substr(begin, at_ - begin);
  return true;
}

bool JsonReader::scalar(Tree::Node& node) {
  if (text_[at_] == '"') {
    Content content;
    if (!string(content)) return false;
    node.kind = Tree::Kind::string;
    node.encoding = Encoding::json_string;
    node.text = content.text;
    node.begin = content.begin;
    node.end = content.end;
    return true;
  }
  node.is_exact = true;
  for (const std::string_view word : {"true", "false", "null"}) {
    if (!text_.substr(at_).starts_with(word)) continue;
    node.kind = word == "null" ? Tree::Kind::null : Tree::Kind::boolean;
    if (word != "null") node.text = text_.substr(at_, word.size());
    at_ += word.size();
    node.end = static_cast<uint32_t>(at_);
    return true;
  }
  if (!number(node)) return false;
  node.end = static_cast<uint32_t>(at_);
  return true;
}

/// "key" :
bool JsonReader::key() {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != '"') return fail("a key in quotes is missing");
  if (!string(key_)) return false;
  skip_space();
  if (at_ >= text_.size() || text_[at_] != ':') return fail("a colon is missing");
  ++at_;
  return true;
}

/// Behind a value: closes what ends here, or goes on to where the next value begins.
bool JsonReader::after_value() {
  while (open_ != Tree::kNone) {
    skip_space();
    const bool is_map = tree_.nodes_[open_].kind == Tree::Kind::map;
    if (at_ >= text_.size())
      return fail(is_map ? "a { that is never closed" : "a [ that is never closed");
    if (text_[at_] == ',') {
      ++at_;
      return is_map ? key() : true;
    }
    if (text_[at_] != (is_map ? '}' : ']')) return fail("a comma is missing");
    ++at_;
    tree_.nodes_[open_].end = static_cast<uint32_t>(at_);
    open_ = tree_.nodes_[open_].parent;
    last_.pop_back();
  }
  return true;
}

/// One scalar, or the start of a list or map.
bool JsonReader::value() {
  skip_space();
  if (at_ >= text_.size()) return fail("the text ends where a value should be");
  Tree::Node& node = add();
  const char first = text_[at_];
  if (first != '{' && first != '[') return scalar(node) && after_value();
  if (last_.size() >= kJsonDepthMax) return fail("values more than 200 levels deep");
  node.kind = first == '{' ? Tree::Kind::map : Tree::Kind::list;
  open_ = static_cast<uint32_t>(tree_.nodes_.size() - 1);
  last_.push_back(Tree::kNone);
  ++at_;
  skip_space();
  const bool is_empty = at_ < text_.size() && text_[at_] == (first == '{' ? '}' : ']');
  if (is_empty) return after_value();
  return first == '{' ? key() : true;
}

std::optional<Tree> JsonReader::read(TreeError* error) {
  if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  bool is_good = value();
  while (is_good && open_ != Tree::kNone) is_good = value();
  skip_space();
  if (is_good && at_ < text_.size()) is_good = fail("unexpected text after the value");
  if (is_good) return std::move(tree_);
  if (error != nullptr) *error = {static_cast<uint32_t>(at_), message_};
  return std::nullopt;
}

std::optional<Tree> read_json(const Excerpt& source, TreeError* error) {
  return JsonReader(source).read(error);
}

}  // namespace compiler::migrate::documents
