#include "compiler/migrate/documents/tree.h"

#include <fmt/format.h>

#include <algorithm>

namespace compiler::migrate::documents {

Value Tree::root() const {
  return {this, nodes_.empty() ? kNone : 0};
}

Value::Iterator& Value::Iterator::operator++() {
  index_ = tree_->nodes_[index_].next;
  return *this;
}

Value Value::operator[](std::string_view key) const {
  Value found;
  if (!is_map()) return found;
  for (const Value child : *this)
    if (child.key() == key) found = child;
  return found;
}

std::string_view Value::text() const {
  return exists() ? node().text : std::string_view();
}

Excerpt Value::excerpt() const {
  if (!exists()) return {};
  const Tree::Node& own = node();
  if (own.is_exact)
    if (auto decoded = tree_->source_.decode(own.begin, own.end, own.encoding, own.indent))
      return *decoded;
  return Excerpt::read_only(std::string(own.text), in_file());
}

Excerpt Value::key_excerpt() const {
  if (!exists()) return {};
  const Tree::Node& own = node();
  const auto decoded = tree_->source_.decode(own.key_begin, own.key_end, own.key_encoding);
  if (decoded && decoded->text() == own.key) return *decoded;
  return Excerpt::read_only(std::string(own.key), tree_->source_.in_file(own.key_begin));
}

std::string Value::pointer() const {
  std::vector<std::string> parts;
  for (Value at = *this; at.exists() && at.parent().exists(); at = at.parent()) {
    const Value above = at.parent();
    if (above.is_map()) {
      std::string part = "/";
      for (const char c : at.key()) c == '~' ? part += "~0" : c == '/' ? part += "~1" : part += c;
      parts.push_back(std::move(part));
      continue;
    }
    size_t index = 0;
    for (auto item = above.begin(); (*item).index_ != at.index_; ++item) ++index;
    parts.push_back(fmt::format("/{}", index));
  }
  std::string out;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) out += *part;
  return out;
}

uint32_t Value::in_file() const {
  return exists() ? tree_->source_.in_file(node().begin) : 0;
}

}  // namespace compiler::migrate::documents
