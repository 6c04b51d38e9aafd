#include "base/number.h"
#include "ottl/parser.h"
#include "telemetry/otlp/json_text.h"
#include "telemetry/otlp/value.h"

namespace ottl {
namespace {

namespace otlp = telemetry::otlp;
using otlp::Value;

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : in_(text) {}

  // value = object | array | text | number | "true" | "false" | "null"
  bool value(std::string& out, size_t depth) {
    if (depth > kDepthMax) return in_.fail("values within values, too deep");
    switch (in_.peek()) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"': {
        std::string_view text;
        if (!in_.string(buffer_, text)) return false;
        append_value(out, Value::of(text));
        return true;
      }
      default:
        return scalar(out);
    }
  }

  bool end() { return in_.peek() == '\0' && in_.ok() ? true : in_.fail("expected the end"); }
  const std::string& problem() const { return in_.problem(); }

 private:
  bool scalar(std::string& out) {
    if (in_.take_word("null")) return true;
    const bool is_true = in_.take_word("true");
    if (is_true || in_.take_word("false")) {
      append_value(out, Value::of(is_true));
      return true;
    }
    std::string_view text;
    if (!in_.number(text)) return false;
    const auto number = base::parse_float(text);
    if (!number) return in_.fail("the number is too large");
    append_value(out, Value::of(*number));
    return true;
  }

  bool object(std::string& out, size_t depth) {
    std::string members;
    in_.take('{');
    if (!in_.take('}')) {
      do {
        std::string_view key;
        if (!in_.string(buffer_, key)) return false;
        const std::string name(key);
        std::string any_value;
        if (!in_.expect(':') || !value(any_value, depth + 1)) return false;
        append_key_value(members, 1, name, otlp::value_of(any_value));
      } while (in_.take(','));
      if (!in_.expect('}')) return false;
    }
    append_value(out, Value::map(members));
    return true;
  }

  bool array(std::string& out, size_t depth) {
    std::string elements;
    in_.take('[');
    if (!in_.take(']')) {
      do {
        std::string any_value;
        if (!value(any_value, depth + 1)) return false;
        telemetry::wire::append_bytes(elements, 1, any_value);
      } while (in_.take(','));
      if (!in_.expect(']')) return false;
    }
    append_value(out, Value::list(elements));
    return true;
  }

  otlp::JsonCursor in_;
  std::string buffer_;
};

}  // namespace

base::Result<void> parse_json(std::string_view text, std::string& any_value) {
  JsonReader reader(text);
  if (!reader.value(any_value, 0) || !reader.end()) return base::fail("{}", reader.problem());
  return {};
}

}  // namespace ottl
