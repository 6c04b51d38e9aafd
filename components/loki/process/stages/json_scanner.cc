#include "components/loki/process/stages/json_scanner.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "base/text.h"
#include "river/value.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {
namespace {

bool is_json_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_name(char c, bool first) {
  return base::is_word(c) && !(first && base::is_digit(c));
}

// key = name | `"` { char | `\` char } `"` .
bool take_key(std::string_view& text, std::string& key) {
  if (text.starts_with('"')) {
    for (size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '"') {
        text.remove_prefix(i + 1);
        return true;
      }
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      key += text[i];
    }
    return false;
  }
  size_t size = 0;
  while (size < text.size() && is_name(text[size], size == 0)) ++size;
  key = text.substr(0, size);
  text.remove_prefix(size);
  return size > 0;
}

// index = "[" digits "]" .
bool take_index(std::string_view& text, int& index) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, index);
  if (error != std::errc{} || index < 0 || stop == end || *stop != ']') return false;
  text.remove_prefix(static_cast<size_t>(stop + 1 - text.data()));
  return true;
}

}  // namespace

// path = ( key | index ) { "." key | index } .
base::Result<JsonPath> parse_json_path(std::string_view text) {
  JsonPath path;
  std::string_view rest = text;
  while (path.empty() || !rest.empty()) {
    JsonStep step;
    bool ok = true;
    if (rest.starts_with('[')) {
      ok = take_index(rest, step.index);
    } else {
      if (!path.empty()) ok = rest.starts_with('.');
      if (ok && !path.empty()) rest.remove_prefix(1);
      ok = ok && take_key(rest, step.key);
    }
    if (!ok)
      return base::fail(
          "\"{}\" is not a path of keys and indexes, such as a.b or list[0]: "
          "stopped at character {} (put other keys in quotes)",
          text, text.size() - rest.size() + 1);
    path.push_back(std::move(step));
  }
  return path;
}

namespace {

uint32_t hex4(std::string_view digits) {
  uint32_t code = 0;
  std::from_chars(digits.data(), digits.data() + 4, code, 16);
  return code;
}

/// Removes \uXXXX, or a pair of them, from the front of `raw`.
uint32_t take_code_point(std::string_view& raw) {
  const uint32_t code = hex4(raw.substr(2));
  raw.remove_prefix(6);
  if (code < 0xD800 || code > 0xDFFF) return code;
  if (code > 0xDBFF || raw.size() < 6 || !raw.starts_with("\\u")) return 0xFFFD;
  const uint32_t low = hex4(raw.substr(2));
  if (low < 0xDC00 || low > 0xDFFF) return 0xFFFD;
  raw.remove_prefix(6);
  return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace

std::string unescape_json(std::string_view raw) {
  constexpr std::string_view kLetters = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  std::string out;
  while (!raw.empty()) {
    const size_t plain = raw.find('\\');
    out += raw.substr(0, plain);
    if (plain == std::string_view::npos) break;
    raw.remove_prefix(plain);
    if (raw[1] == 'u') {
      telemetry::append_utf8(out, take_code_point(raw));
      continue;
    }
    const size_t letter = kLetters.find(raw[1]);
    out += letter == std::string_view::npos ? raw[1] : kMeanings[letter];
    raw.remove_prefix(2);
  }
  return out;
}

std::string compact_json(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  bool in_string = false;
  for (size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (in_string || !is_json_space(c)) out += c;
    if (c == '\\' && in_string)
      out += raw[++i];
    else if (c == '"')
      in_string = !in_string;
  }
  return out;
}

bool is_json_integer(std::string_view raw) {
  return raw.find_first_of(".eE") == raw.npos;
}

std::string json_number_text(std::string_view raw) {
  double number = 0;
  const auto error = std::from_chars(raw.data(), raw.data() + raw.size(), number).ec;
  if (error != std::errc{}) return std::string(raw);
  return river::number_to_text(river::Number::of(number));
}

namespace {

/// Deeper lines count as malformed: the scanner calls itself once per level.
constexpr int kJsonDepthMax = 200;

constexpr uint64_t kOnes = 0x0101010101010101ULL;
constexpr uint64_t kTopBits = 0x8080808080808080ULL;

/// Marks which of eight bytes end the plain part of a string: a quote, a backslash, a control. Only
/// the lowest mark is reliable: the subtractions carry into the bytes above it.
uint64_t plain_ends(uint64_t word) {
  const uint64_t quotes = (word ^ kOnes * '"') - kOnes;
  const uint64_t backslashes = (word ^ kOnes * '\\') - kOnes;
  const uint64_t controls = word - kOnes * 0x20;
  return (quotes | backslashes | controls) & ~word & kTopBits;
}

bool is_plain(char c) {
  return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
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
  if (escaped) return child_of_key(node, unescape_json(key), false);
  for (const auto& [name, child] : nodes_[node].keys)
    if (name == key) return child;
  return kNobody;
}

uint32_t JsonScanner::child_of_index(uint32_t node, int index) const {
  if (node == kNobody) return kNobody;
  for (const auto& [wanted, child] : nodes_[node].elements)
    if (wanted == index) return child;
  return kNobody;
}

inline void JsonScanner::skip_space() {
  while (at_ < end_ && static_cast<unsigned char>(*at_) <= ' ' && is_json_space(*at_)) ++at_;
}

/// Moves on to a quote, a backslash, a control or the end.
inline void JsonScanner::skip_plain() {
  const char* at = at_;
  for (uint64_t word = 0; end_ - at >= 8; at += 8) {
    std::memcpy(&word, at, sizeof word);
    if (const uint64_t ends = plain_ends(word); ends != 0) {
      at_ = at + std::countr_zero(ends) / 8;
      return;
    }
  }
  while (at < end_ && is_plain(*at)) ++at;
  at_ = at;
}

// Behind the opening quote; leaves at_ on the closing one.
inline bool JsonScanner::string(bool& escaped) {
  escaped = false;
  for (skip_plain(); at_ < end_ && *at_ == '\\'; skip_plain()) {
    ++at_;
    escaped = true;
    if (!escape()) return false;
  }
  return at_ < end_ && *at_ == '"';
}

bool JsonScanner::escape() {
  if (at_ == end_) return false;
  const char kind = *at_++;
  if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
  if (end_ - at_ < 4) return false;
  for (int i = 0; i < 4; ++i, ++at_)
    if (!base::is_digit(*at_) && !(*at_ >= 'a' && *at_ <= 'f') && !(*at_ >= 'A' && *at_ <= 'F'))
      return false;
  return true;
}

// number = [ "-" ] ( "0" | digits ) [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ] .
bool JsonScanner::number() {
  const auto digits = [&] {
    const char* from = at_;
    while (at_ < end_ && base::is_digit(*at_)) ++at_;
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
  if (depth == kJsonDepthMax) return false;
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
  if (depth == kJsonDepthMax) return false;
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
