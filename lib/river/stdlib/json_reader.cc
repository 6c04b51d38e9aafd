#include <charconv>
#include <optional>

#include "river/number.h"
#include "river/stdlib/json.h"
#include "river/text.h"

namespace river::stdlib {

namespace {

// Written by hand because the language asks for what JSON libraries refuse: lone surrogates and
// stray bytes are replaced, and the kind of each number is chosen by the caller.
class JsonReader {
 public:
  JsonReader(std::string_view text, JsonNumbers numbers) : text_(text), numbers_(numbers) {}

  base::Result<Value> document() {
    Value result = value(0);
    skip_space();
    if (!error_ && at_ < text_.size()) fail("unexpected data after the value");
    if (error_) return tl::unexpected(*error_);
    return result;
  }

 private:
  Value value(int depth);
  Value array(int depth);
  Value object(int depth);
  Value number();
  std::string string();
  void escape(std::string& out);
  uint32_t hex4();
  bool keyword(std::string_view word);
  void digits();

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool accept(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Only the first error counts; the reader runs into its end after it.
  void fail(std::string_view what) {
    if (!error_) error_ = base::Error{fmt::format("{} at byte {}", what, at_)};
    at_ = text_.size();
  }

  std::string_view text_;
  JsonNumbers numbers_;
  size_t at_ = 0;
  std::optional<base::Error> error_;
};

Value JsonReader::value(int depth) {
  skip_space();
  if (depth > kJsonDepthMax) {
    fail("nested too deeply");
    return {};
  }
  switch (peek()) {
    case '{':
      return object(depth);
    case '[':
      return array(depth);
    case '"':
      return Value::string(string());
    case 't':
    case 'f': {
      const bool yes = peek() == 't';
      if (!keyword(yes ? "true" : "false")) fail("unknown word");
      return Value::boolean(yes);
    }
    case 'n':
      if (!keyword("null")) fail("unknown word");
      return {};
    default:
      return number();
  }
}

bool JsonReader::keyword(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

Value JsonReader::array(int depth) {
  ++at_;
  Array elements;
  if (accept(']')) return Value::array({});
  do {
    elements.push_back(value(depth + 1));
  } while (!error_ && accept(','));
  if (!accept(']')) fail("expected , or ]");
  return Value::array(std::move(elements));
}

Value JsonReader::object(int depth) {
  ++at_;
  Object fields;
  if (accept('}')) return Value::object({});
  do {
    skip_space();
    if (peek() != '"') {
      fail("expected a string as key");
      break;
    }
    std::string key = string();
    if (!accept(':')) fail("expected :");
    fields.emplace_back(std::move(key), value(depth + 1));
  } while (!error_ && accept(','));
  if (!accept('}')) fail("expected , or }");
  return Value::object(std::move(fields));
}

void JsonReader::digits() {
  if (peek() < '0' || peek() > '9') fail("invalid number");
  while (peek() >= '0' && peek() <= '9') ++at_;
}

Value JsonReader::number() {
  const size_t start = at_;
  if (peek() == '-') ++at_;
  if (peek() == '0')
    ++at_;
  else
    digits();
  bool integer = true;
  if (peek() == '.') {
    integer = false;
    ++at_;
    digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    integer = false;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    digits();
  }
  if (error_) return {};
  const std::string_view spelling = text_.substr(start, at_ - start);
  if (integer && numbers_ == JsonNumbers::keep_integers) {
    int64_t whole = 0;
    const auto [end, code] =
        std::from_chars(spelling.data(), spelling.data() + spelling.size(), whole);
    if (code == std::errc()) return Value::number(whole);
  }
  const auto floating = parse_double(spelling);
  if (!floating) fail("number out of range");
  return Value::number(floating.value_or(0));
}

std::string JsonReader::string() {
  ++at_;
  std::string out;
  for (;;) {
    const char c = peek();
    if (at_ >= text_.size()) {
      fail("unterminated string");
      return out;
    }
    if (c == '"') break;
    if (static_cast<uint8_t>(c) < 0x20) {
      fail("control character in a string");
      return out;
    }
    if (c == '\\') {
      ++at_;
      escape(out);
      continue;
    }
    const CodePoint point = first_code_point(text_.substr(at_));
    append_utf8(out, point.value);
    at_ += point.bytes;
  }
  ++at_;
  return out;
}

void JsonReader::escape(std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char letter = peek();
  if (const size_t i = kLetters.find(letter); letter != '\0' && i != std::string_view::npos) {
    out += kMeanings[i];
    ++at_;
    return;
  }
  if (letter != 'u') {
    fail("unknown escape");
    return;
  }
  ++at_;
  uint32_t code = hex4();
  const bool high = code >= 0xD800 && code < 0xDC00;
  if (high && text_.substr(at_).starts_with("\\u")) {
    const size_t back = at_;
    at_ += 2;
    const uint32_t low = hex4();
    if (low >= 0xDC00 && low < 0xE000)
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    else if (!error_)
      at_ = back;  // The second escape stands for itself.
  }
  append_utf8(out, code);
}

uint32_t JsonReader::hex4() {
  const std::string_view four = text_.substr(at_, 4);
  uint32_t code = 0;
  const auto [end, error] = std::from_chars(four.data(), four.data() + four.size(), code, 16);
  if (four.size() != 4 || error != std::errc() || end != four.data() + 4) {
    fail("invalid \\u escape");
    return kReplacement;
  }
  at_ += 4;
  return code;
}

}  // namespace

base::Result<Value> read_json(std::string_view text, JsonNumbers numbers) {
  return JsonReader(text, numbers).document();
}

}  // namespace river::stdlib
