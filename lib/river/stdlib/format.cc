#include "river/stdlib/format.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include "river/number.h"
#include "river/stdlib/functions.h"
#include "river/text.h"

namespace river::stdlib {

namespace {

/// Go refuses widths and precisions beyond this.
constexpr int kWidthMax = 1'000'000;

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean:
      return "bool";
    case Kind::string:
      return "string";
    case Kind::array:
      return "[]interface {}";
    case Kind::object:
      return "map[string]interface {}";
    case Kind::number:
      switch (value.as_number()->rank) {
        case Number::Rank::unsigned_int:
          return "uint64";
        case Number::Rank::signed_int:
          return "int";
        case Number::Rank::floating:
          return "float64";
      }
      break;
    default:
      break;
  }
  if (value.as_secret() != nullptr) return "string";
  return value.is_null() ? "<nil>" : kind_name(value.kind());
}

/// Writes one value by one verb. Arrays and objects hand the verb to what is in them.
class ValueWriter {
 public:
  ValueWriter(const FormatSpec& spec, std::string_view verb, std::string& out)
      : spec_(spec), verb_(verb), letter_(verb.size() == 1 ? verb.front() : '\0'), out_(out) {}

  void write(const Value& value) {
    if (!value.is_null() && letter_ == 'T') return write_text(spec_, type_name(value), 's', out_);
    if (!value.is_null()) return write_inner(value);
    if (is_one_of("vT"))
      write_padded(spec_, "<nil>", out_);
    else
      out_.append("%!").append(verb_).append("(<nil>)");
  }

 private:
  void write_inner(const Value& value) {
    if (out_.size() > kTextBytesMax) return;  // Widths multiply; format() refuses the whole.
    if (value.is_null())
      out_ += spec_.sharp_v ? "interface {}(nil)" : "<nil>";
    else if (const bool* boolean = value.as_bool())
      is_one_of("tv") ? write_padded(spec_, *boolean ? "true" : "false", out_) : misfit(value);
    else if (const Number* number = value.as_number())
      write_number(value, *number);
    else if (const std::string* text = value.as_string(); text != nullptr && is_one_of("vsxXq"))
      write_text(spec_, *text, letter_, out_);
    else if (const SecretValue* secret = value.as_secret())  // A public one: checked before.
      write_inner(Value::string(secret->text.reveal()));
    else if (const Array* elements = value.as_array())
      write_array(*elements);
    else if (const Object* fields = value.as_object())
      write_object(*fields);
    else if (is_one_of("vs"))
      write_padded(spec_, to_text(value), out_);
    else
      misfit(value);
  }

  bool is_one_of(std::string_view verbs) const {
    return letter_ != '\0' && verbs.find(letter_) != std::string_view::npos;
  }

  // The marker for a verb that does not suit the value: %!d(string=x).
  void misfit(const Value& value) {
    out_.append("%!").append(verb_).append("(").append(type_name(value)).append("=");
    ValueWriter(spec_, "v", out_).write(value);
    out_ += ')';
  }

  void write_number(const Value& value, const Number& number) {
    if (number.rank == Number::Rank::floating) {
      is_one_of("vbgGxXfFeE") ? write_float(spec_, number.f, letter_, out_) : misfit(value);
      return;
    }
    const bool negative = number.rank == Number::Rank::signed_int && number.i < 0;
    const uint64_t bits = number.u;
    const uint64_t size = negative ? -bits : bits;
    switch (letter_) {
      case 'v':
        if (spec_.sharp_v && number.rank == Number::Rank::unsigned_int) return write_source(size);
        [[fallthrough]];
      case 'd':
        return write_integer(spec_, size, negative, 10, letter_, out_);
      case 'b':
        return write_integer(spec_, size, negative, 2, letter_, out_);
      case 'o':
      case 'O':
        return write_integer(spec_, size, negative, 8, letter_, out_);
      case 'x':
      case 'X':
        return write_integer(spec_, size, negative, 16, letter_, out_);
      case 'c':
      case 'q':
      case 'U':
        return write_code_point(spec_, bits, letter_, out_);
      default:
        misfit(value);
    }
  }

  // Go source shows unsigned numbers in hexadecimal.
  void write_source(uint64_t size) {
    FormatSpec spec = spec_;
    spec.sharp = true;
    write_integer(spec, size, false, 16, 'v', out_);
  }

  void write_array(const Array& elements) {
    out_ += spec_.sharp_v ? "[]interface {}{" : "[";
    for (size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out_ += spec_.sharp_v ? ", " : " ";
      write_inner(elements[i]);
    }
    out_ += spec_.sharp_v ? '}' : ']';
  }

  void write_object(const Object& fields) {
    std::vector<const std::pair<std::string, Value>*> sorted;
    for (const auto& field : fields) sorted.push_back(&field);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    out_ += spec_.sharp_v ? "map[string]interface {}{" : "map[";
    for (const auto* field : sorted) {
      if (field != sorted.front()) out_ += spec_.sharp_v ? ", " : " ";
      write_inner(Value::string(field->first));
      out_ += ':';
      write_inner(field->second);
    }
    out_ += spec_.sharp_v ? '}' : ']';
  }

  const FormatSpec& spec_;
  std::string_view verb_;
  char letter_;  // 0 when the verb is not one ASCII character.
  std::string& out_;
};

/// Walks a format string: %[flags][width][.precision]verb with [n] in front of *, and of the verb.
class Formatter {
 public:
  Formatter(std::string_view format, std::span<const Value> args) : rest_(format), args_(args) {}

  std::string run() {
    while (!rest_.empty() && out_.size() <= kTextBytesMax) {
      const size_t percent = std::min(rest_.find('%'), rest_.size());
      out_ += rest_.substr(0, percent);
      rest_.remove_prefix(percent);
      if (rest_.empty()) break;
      rest_.remove_prefix(1);
      directive();
    }
    extra();
    return std::move(out_);
  }

 private:
  void directive() {
    spec_ = {};
    good_index_ = true;
    after_index_ = false;
    flags();
    argument_index();
    width();
    precision();
    if (!after_index_) argument_index();
    if (rest_.empty()) {
      out_ += "%!(NOVERB)";
      return;
    }
    const std::string_view verb = rest_.substr(0, first_code_point(rest_).bytes);
    rest_.remove_prefix(verb.size());
    if (verb == "%")
      out_ += '%';
    else if (!good_index_)
      out_.append("%!").append(verb).append("(BADINDEX)");
    else if (next_ >= args_.size())
      out_.append("%!").append(verb).append("(MISSING)");
    else
      write(args_[next_++], verb);
  }

  void write(const Value& value, std::string_view verb) {
    if (verb == "v") {
      spec_.sharp_v = std::exchange(spec_.sharp, false);
      spec_.plus = false;
    }
    ValueWriter(spec_, verb, out_).write(value);
  }

  void flags() {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      switch (rest_.front()) {
        case '#':
          spec_.sharp = true;
          break;
        case '0':
          spec_.zero = true;
          break;
        case '+':
          spec_.plus = true;
          break;
        case '-':
          spec_.minus = true;
          break;
        case ' ':
          spec_.space = true;
          break;
        default:
          return finish_flags();
      }
    }
    finish_flags();
  }

  // Zeros are for the left side only.
  void finish_flags() { spec_.zero = spec_.zero && !spec_.minus; }

  // [n] makes the n-th argument the next one.
  void argument_index() {
    after_index_ = false;
    if (!rest_.starts_with('[')) return;
    reordered_ = true;
    const size_t close = rest_.find(']');
    if (close == std::string_view::npos || rest_.size() < 3) {
      good_index_ = false;
      rest_.remove_prefix(1);
      return;
    }
    std::string_view inside = rest_.substr(1, close - 1);
    rest_.remove_prefix(close + 1);
    const auto index = read_number(inside);
    after_index_ = index && inside.empty();
    if (!after_index_ || *index < 1 || static_cast<size_t>(*index) > args_.size())
      good_index_ = false;
    else
      next_ = static_cast<size_t>(*index) - 1;
  }

  static std::optional<int> read_number(std::string_view& text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || text.front() == '-' || value > kWidthMax) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return value;
  }

  // The value of a * as width or precision.
  std::optional<int> star() {
    after_index_ = false;
    if (next_ >= args_.size()) return std::nullopt;
    const Number* number = args_[next_++].as_number();
    if (number == nullptr || number->rank == Number::Rank::floating) return std::nullopt;
    const int64_t value = to_int64(*number);
    if (value < -kWidthMax || value > kWidthMax) return std::nullopt;
    return static_cast<int>(value);
  }

  void width() {
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      const auto value = star();
      if (!value) out_ += "%!(BADWIDTH)";
      spec_.width = value ? std::abs(*value) : -1;
      if (value && *value < 0) spec_.minus = true;
      finish_flags();
    } else if (const auto value = read_number(rest_)) {
      spec_.width = *value;
      if (after_index_) good_index_ = false;  // %[3]2d
    }
  }

  void precision() {
    if (!rest_.starts_with('.') || rest_.size() < 2) return;
    rest_.remove_prefix(1);
    if (after_index_) good_index_ = false;  // %[3].2d
    argument_index();
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      const auto value = star();
      spec_.precision = value.value_or(-1);
      if (!value || *value < 0) {
        spec_.precision = -1;
        out_ += "%!(BADPREC)";
      }
    } else {
      spec_.precision = read_number(rest_).value_or(0);
    }
  }

  // Arguments that no verb asked for, unless [n] may have skipped them.
  void extra() {
    if (reordered_ || next_ >= args_.size()) return;
    out_ += "%!(EXTRA ";
    for (size_t i = next_; i < args_.size(); ++i) {
      if (i > next_) out_ += ", ";
      out_ += type_name(args_[i]);
      if (args_[i].is_null()) continue;
      out_ += '=';
      ValueWriter(FormatSpec{}, "v", out_).write(args_[i]);
    }
    out_ += ')';
  }

  std::string_view rest_;
  std::span<const Value> args_;
  std::string out_;
  FormatSpec spec_;
  size_t next_ = 0;
  bool reordered_ = false;
  bool good_index_ = true;
  bool after_index_ = false;
};

bool holds_secret(const Value& value) {
  if (const SecretValue* secret = value.as_secret()) return secret->is_secret;
  if (const Array* elements = value.as_array())
    return std::any_of(elements->begin(), elements->end(), holds_secret);
  if (const Object* fields = value.as_object())
    return std::any_of(fields->begin(), fields->end(),
                       [](const auto& field) { return holds_secret(field.second); });
  return false;
}

}  // namespace

base::Result<std::string> format(std::string_view format, std::span<const Value> args) {
  if (std::any_of(args.begin(), args.end(), holds_secret))
    return base::fail("secrets may not be converted into strings");
  std::string text = Formatter(format, args).run();
  if (text.size() > kTextBytesMax) return too_long();
  return text;
}

}  // namespace river::stdlib
