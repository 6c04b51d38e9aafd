#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace telemetry::otlp {

/// Reads JSON token by token, as RFC 8259 has it. Errors are sticky: what is asked after one is
/// refused, and problem() says what was first.
class JsonCursor {
 public:
  /// Of arrays and objects that skip_value() steps over.
  static constexpr size_t kDepthMax = 10'000;

  explicit JsonCursor(std::string_view text) : text_(text) {}

  /// The first character of the next token; NUL at the end.
  char peek();
  /// Whether the next token is this character, which is then behind.
  bool take(char token);
  /// Whether the next token is this word, which is then behind.
  bool take_word(std::string_view word);
  /// As take(); another token is an error.
  bool expect(char token);

  /// A string with its escapes resolved. Points into the text or into `buffer`. Half of a surrogate
  /// pair becomes U+FFFD.
  bool string(std::string& buffer, std::string_view& out);
  /// A number as it is written.
  bool number(std::string_view& out);
  /// Any value, which must be JSON.
  bool skip_value();

  /// Always false.
  bool fail(std::string what);
  bool ok() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }

 private:
  bool escape(std::string& out);
  bool code_unit(uint32_t& out);
  bool skip_scalar();

  std::string_view text_;
  size_t at_ = 0;
  std::string problem_;
};

}  // namespace telemetry::otlp
