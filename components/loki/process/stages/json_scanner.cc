#include "components/loki/process/stages/json_scanner.h"

#include <cstring>

#include "components/loki/process/stages/json_text.h"

namespace components::loki::process::stages {
namespace {

/// Deeper lines count as malformed: the scanner calls itself once per level.
constexpr int kDepthMax = 200;

constexpr uint64_t kOnes = 0x0101010101010101ULL;
constexpr uint64_t kHighs = 0x8080808080808080ULL;

uint64_t zero_bytes(uint64_t word) {
  return (word - kOnes) & ~word & kHighs;
}

/// Whether some of eight bytes end the plain part of a string: a quote, a backslash, a control.
bool ends_plain(uint64_t word) {
  const uint64_t controls = (word - kOnes * 0x20) & ~word & kHighs;
  return (zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\') | controls) != 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

uint32_t JsonScanner::add_child(uint32_t node, const JsonStep& step) {
  const auto next = static_cast<uint32_t>(nodes_.size());
  if (step.index >= 0) {
    for (const auto& [index, child] : nodes_[node].elements)
      if (index == step.index) return child;
    nodes_[node].elements.emplace_back(step.index, next);
  } else {
    for (const auto& [key, child] : nodes_[node].keys)
      if (key == step.key) return child;
    nodes_[node].keys.emplace_back(step.key, next);
  }
  nodes_.emplace_back();
  return next;
}

void JsonScanner::want(const JsonPath& path, uint32_t target) {
  uint32_t node = kRoot;
  for (const JsonStep& step : path) node = add_child(node, step);
  nodes_[node].targets.push_back(target);
}

uint32_t JsonScanner::child_of_key(uint32_t node, std::string_view key, bool escaped) const {
  if (node == kNobody) return kNobody;
  const std::string plain = escaped ? unescape_json(key) : std::string();
  for (const auto& [name, child] : nodes_[node].keys)
    if (name == (escaped ? std::string_view(plain) : key)) return child;
  return kNobody;
}

uint32_t JsonScanner::child_of_index(uint32_t node, int index) const {
  if (node == kNobody) return kNobody;
  for (const auto& [wanted, child] : nodes_[node].elements)
    if (wanted == index) return child;
  return kNobody;
}

void JsonScanner::skip_space() {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
}

// Behind the opening quote; leaves at_ on the closing one.
bool JsonScanner::string(bool& escaped) {
  escaped = false;
  while (at_ < end_) {
    for (uint64_t word = 0; end_ - at_ >= 8; at_ += 8) {
      std::memcpy(&word, at_, sizeof word);
      if (ends_plain(word)) break;
    }
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '"') return true;
    if (c < 0x20) return false;
    ++at_;
    if (c != '\\') continue;
    escaped = true;
    if (!escape()) return false;
  }
  return false;
}

bool JsonScanner::escape() {
  if (at_ == end_) return false;
  const char kind = *at_++;
  if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
  if (end_ - at_ < 4) return false;
  for (int i = 0; i < 4; ++i, ++at_)
    if (!is_digit(*at_) && !(*at_ >= 'a' && *at_ <= 'f') && !(*at_ >= 'A' && *at_ <= 'F'))
      return false;
  return true;
}

// number = [ "-" ] ( "0" | digits ) [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ] .
bool JsonScanner::number() {
  const auto digits = [&] {
    const char* from = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    return at_ > from;
  };
  if (at_ < end_ && *at_ == '-') ++at_;
  if (at_ < end_ && *at_ == '0')
    ++at_;
  else if (!digits())
    return false;
  if (at_ < end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ < end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  return true;
}

bool JsonScanner::literal(std::string_view word) {
  if (std::string_view(at_, static_cast<size_t>(end_ - at_)).starts_with(word)) {
    at_ += word.size();
    return true;
  }
  return false;
}

void JsonScanner::report(uint32_t node, int depth, const char* from, JsonKind kind) {
  const std::string_view raw(from, static_cast<size_t>(at_ - from));
  if (all_top_level_ && depth == 1) found_.push_back({kJsonTopLevel, key_, raw, kind});
  if (node == kNobody) return;
  for (const uint32_t target : nodes_[node].targets) found_.push_back({target, {}, raw, kind});
}

bool JsonScanner::value(uint32_t node, int depth) {
  if (at_ == end_) return false;
  const char* from = at_;
  JsonKind kind = JsonKind::literal;
  bool ok = false;
  switch (*at_) {
    case '"': {
      bool escaped = false;
      from = ++at_;
      if (!string(escaped)) return false;
      report(node, depth, from, escaped ? JsonKind::escaped_string : JsonKind::string);
      ++at_;
      return true;
    }
    case '{':
      kind = JsonKind::composite;
      ok = object(node, depth);
      break;
    case '[':
      kind = JsonKind::composite;
      ok = array(node, depth);
      break;
    case 't':
      ok = literal("true");
      break;
    case 'f':
      ok = literal("false");
      break;
    case 'n':
      ok = literal("null");
      break;
    default:
      kind = JsonKind::number;
      ok = number();
  }
  if (!ok) return false;
  report(node, depth, from, kind);
  return true;
}

// object = "{" [ string ":" value { "," string ":" value } ] "}" .
bool JsonScanner::object(uint32_t node, int depth) {
  if (depth == kDepthMax) return false;
  ++at_;
  skip_space();
  if (at_ < end_ && *at_ == '}') return ++at_, true;
  while (at_ < end_ && *at_ == '"') {
    bool escaped = false;
    const char* from = ++at_;
    if (!string(escaped)) return false;
    const std::string_view key(from, static_cast<size_t>(at_ - from));
    if (depth == 0) key_ = key;
    ++at_;
    skip_space();
    if (at_ == end_ || *at_ != ':') return false;
    ++at_;
    skip_space();
    if (!value(child_of_key(node, key, escaped), depth + 1)) return false;
    skip_space();
    if (at_ == end_) return false;
    if (*at_ == '}') return ++at_, true;
    if (*at_ != ',') return false;
    ++at_;
    skip_space();
  }
  return false;
}

// array = "[" [ value { "," value } ] "]" .
bool JsonScanner::array(uint32_t node, int depth) {
  if (depth == kDepthMax) return false;
  ++at_;
  skip_space();
  if (at_ < end_ && *at_ == ']') return ++at_, true;
  for (int index = 0;; ++index) {
    if (!value(child_of_index(node, index), depth + 1)) return false;
    skip_space();
    if (at_ == end_) return false;
    if (*at_ == ']') return ++at_, true;
    if (*at_ != ',') return false;
    ++at_;
    skip_space();
  }
}

bool JsonScanner::start(std::string_view text, char first) {
  found_.clear();
  key_ = {};
  at_ = text.data();
  end_ = at_ + text.size();
  skip_space();
  return at_ < end_ && *at_ == first;
}

bool JsonScanner::scan(std::string_view text) {
  if (!start(text, '{') || !object(kRoot, 0)) return false;
  skip_space();
  return at_ == end_;
}

bool JsonScanner::scan_array(std::string_view text) {
  if (!start(text, '[') || !array(kRoot, 0)) return false;
  skip_space();
  return at_ == end_;
}

}  // namespace components::loki::process::stages
