#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "profiling/names.h"

namespace profiling {
namespace {

constexpr size_t kDepthMax = 64;
constexpr size_t kOutputBytesMax = 4096;
/// References to what came before can make a short name endless work.
constexpr size_t kStepsMax = 4096;

/// Rust's v0 mangling (RFC 2603), as far as names of functions go:
///   symbol = "_R" path [path]
///   path   = C ident | N ns path ident | M impl type | X impl type path | Y type path
///          | I path {arg} E | B backref
/// Errors are sticky: `ok_`.
class RustName {
 public:
  explicit RustName(std::string_view text) : text_(text) {}

  std::optional<std::string> read() {
    path();
    return ok_ && !out_.empty() ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char take() {
    if (at_ >= text_.size()) ok_ = false;
    return ok_ ? text_[at_++] : '\0';
  }
  bool take_if(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void print(std::string_view text) {
    if (out_.size() + text.size() > kOutputBytesMax) ok_ = false;
    if (ok_ && silent_ == 0) out_ += text;
  }
  /// A number in base 62 that ends with "_": "_" is 0, "0_" is 1.
  uint64_t number() {
    if (take_if('_')) return 0;
    uint64_t value = 0;
    while (ok_ && !take_if('_')) {
      const char c = take();
      const uint64_t digit = base::is_digit(c)      ? static_cast<uint64_t>(c - '0')
                             : c >= 'a' && c <= 'z' ? static_cast<uint64_t>(c - 'a' + 10)
                             : c >= 'A' && c <= 'Z' ? static_cast<uint64_t>(c - 'A' + 36)
                                                    : 62;
      if (digit == 62 || value > UINT32_MAX) ok_ = false;
      value = value * 62 + digit;
    }
    return value + 1;
  }
  std::string_view identifier() {
    if (take_if('s')) number();  // Tells apart what has the same name.
    const bool is_punycode = take_if('u');
    size_t size = 0;
    while (base::is_digit(peek()) && size < text_.size())
      size = size * 10 + static_cast<size_t>(take() - '0');
    take_if('_');
    if (is_punycode || size > text_.size() - std::min(at_, text_.size())) ok_ = false;
    if (!ok_) return {};
    at_ += size;
    return text_.substr(at_ - size, size);
  }
  /// What was written before: parsed again from there.
  template <class Read>
  void back_reference(Read read) {
    const size_t start = at_ - 1;
    const uint64_t target = number();
    if (!ok_ || target >= start) {
      ok_ = false;
      return;
    }
    const size_t after = std::exchange(at_, target);
    read();
    at_ = after;
  }
  /// Its own path only tells implementations apart.
  void implementation() {
    ++silent_;
    if (take_if('s')) number();
    path();
    --silent_;
  }

  void path() {
    if (++depth_ > kDepthMax || ++steps_ > kStepsMax || !ok_) return void(ok_ = false);
    switch (take()) {
      case 'C':
        print(identifier());
        break;
      case 'N':
        nested();
        break;
      case 'M':
        implementation();
        print("<");
        type();
        print(">");
        break;
      case 'X':
        implementation();
        [[fallthrough]];
      case 'Y':
        print("<");
        type();
        print(" as ");
        path();
        print(">");
        break;
      case 'I':
        path();
        list("::<", ">");
        break;
      case 'B':
        back_reference([this] { path(); });
        break;
      default:
        ok_ = false;
    }
    --depth_;
  }

  void nested() {
    const char kind = take();
    path();
    const bool is_closure = kind == 'C';
    const std::string_view name = identifier();
    if (is_closure)
      print("::{closure}");
    else if (!name.empty())
      print(fmt::format("::{}", name));
  }

  void list(std::string_view open, std::string_view close) {
    print(open);
    for (bool is_first = true; ok_ && !take_if('E'); is_first = false) {
      if (!is_first) print(", ");
      if (take_if('L'))
        number();
      else if (take_if('K'))
        constant();
      else
        type();
    }
    print(close);
  }

  void constant() {
    if (take_if('B')) return;
    take();  // The type of a number.
    if (take_if('n')) print("-");
    std::string digits;
    while (ok_ && !take_if('_')) digits += take();
    print("0x" + digits);
  }

  void type() {
    static constexpr std::pair<char, std::string_view> kBasic[] = {
        {'a', "i8"},  {'b', "bool"}, {'c', "char"},  {'d', "f64"},   {'e', "str"},
        {'f', "f32"}, {'h', "u8"},   {'i', "isize"}, {'j', "usize"}, {'l', "i32"},
        {'m', "u32"}, {'n', "i128"}, {'o', "u128"},  {'s', "i16"},   {'t', "u16"},
        {'u', "()"},  {'x', "i64"},  {'y', "u64"},   {'z', "!"},     {'p', "_"}};
    if (++depth_ > kDepthMax || ++steps_ > kStepsMax || !ok_) return void(ok_ = false);
    const char kind = peek();
    const auto basic = std::find_if(std::begin(kBasic), std::end(kBasic),
                                    [&](const auto& one) { return one.first == kind; });
    if (basic != std::end(kBasic)) {
      ++at_;
      print(basic->second);
    } else {
      compound(kind);
    }
    --depth_;
  }

  void compound(char kind) {
    switch (kind) {
      case 'R':
      case 'Q':
      case 'P':
      case 'O':
        ++at_;
        if (take_if('L')) number();
        print(kind == 'R' ? "&" : kind == 'Q' ? "&mut " : kind == 'P' ? "*const " : "*mut ");
        return type();
      case 'A':
      case 'S':
        ++at_;
        print("[");
        type();
        if (kind == 'A') {
          print("; ");
          constant();
        }
        return print("]");
      case 'T':
        ++at_;
        return list("(", ")");
      case 'B':
        ++at_;
        return back_reference([this] { type(); });
      case 'F':
      case 'D':
        ok_ = false;
        return;  // Types of functions and dyn: not read.
      default:
        path();
    }
  }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
  size_t depth_ = 0;
  size_t steps_ = 0;
  size_t silent_ = 0;
  bool ok_ = true;
};

}  // namespace

std::optional<std::string> demangle_rust(std::string_view name) {
  if (!name.starts_with("_R") || name.size() < 3) return std::nullopt;
  return RustName(name.substr(2)).read();
}

}  // namespace profiling
