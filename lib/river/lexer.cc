#include "river/lexer.h"

#include <algorithm>
#include <array>

#include "river/text.h"

namespace river {
namespace {

using ast::Comment;

constexpr uint8_t kLetter = 1;
constexpr uint8_t kDigit = 2;
constexpr uint8_t kBeyondAscii = 4;

constexpr std::array<uint8_t, 256> kClasses = [] {
  std::array<uint8_t, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[c] = kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) classes[c] = kLetter;
  for (int c = '0'; c <= '9'; ++c) classes[c] = kDigit;
  classes['_'] = kLetter;
  for (int c = 0x80; c <= 0xFF; ++c) classes[c] = kBeyondAscii;
  return classes;
}();

uint8_t class_of(char byte) {
  return kClasses[static_cast<uint8_t>(byte)];
}

TokenKind identifier_or_keyword(std::string_view text) {
  if (text == "true" || text == "false") return TokenKind::boolean;
  return text == "null" ? TokenKind::null : TokenKind::identifier;
}

// How many bytes of the text's start are an identifier (or a keyword).
size_t identifier_prefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const uint8_t kind = class_of(text[at]);
    if (kind == kBeyondAscii) {
      const auto rest = text.substr(at);
      const bool fits = unicode::is_letter(rest) || (at > 0 && unicode::is_digit(rest));
      if (!fits) break;
      at += first_code_point(rest).bytes;
    } else if (kind == kLetter || (kind == kDigit && at > 0)) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

// Whether a line break after such a token ends the statement.
constexpr bool ends_statement(TokenKind kind) {
  switch (kind) {
    case TokenKind::identifier:
    case TokenKind::number:
    case TokenKind::floating:
    case TokenKind::string:
    case TokenKind::boolean:
    case TokenKind::null:
    case TokenKind::close_paren:
    case TokenKind::close_bracket:
    case TokenKind::close_curly:
      return true;
    default:
      return false;
  }
}

uint8_t capped(uint32_t line_breaks) {
  return static_cast<uint8_t>(std::min<uint32_t>(line_breaks, 2));
}

}  // namespace

Lexer::Lexer(const diag::SourceFile& file, base::Arena& arena, diag::Diagnostics& diagnostics)
    : text_(file.text), base_(file.base), arena_(arena), diagnostics_(diagnostics) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

Token Lexer::next() {
  if (Token terminator; skip_space(terminator)) return terminator;
  if (at_end()) {
    const auto kind = may_end_ ? TokenKind::terminator : TokenKind::end_of_file;
    return make(kind, 0);
  }
  const char c = text_[at_];
  switch (class_of(c)) {
    case kLetter:
    case kBeyondAscii:
      return identifier();
    case kDigit:
      return number();
    default:
      break;
  }
  if (c == '"' || c == '\'') return quoted(c);
  if (c == '`') return raw_string();
  if (c == '.' && class_of(peek(1)) == kDigit) return number();
  return punctuation();
}

Token Lexer::make(TokenKind kind, uint32_t size) {
  const Token token{kind, at_, at_ + size};
  at_ += size;
  may_end_ = ends_statement(kind);
  return token;
}

diag::Diagnostic& Lexer::report(std::string_view code, uint32_t at, uint32_t size,
                                std::string message) {
  return diagnostics_.add(diag::Severity::error, code, {base_ + at, base_ + at + size},
                          std::move(message));
}

// Skips blanks and comments. True when a terminator comes before the next token.
bool Lexer::skip_space(Token& terminator) {
  for (; !at_end(); ++at_) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\r') continue;
    if (c == '\n') {
      ++line_breaks_;
      if (!may_end_) continue;
      terminator = make(TokenKind::terminator, 1);
      return true;
    }
    if (c != '#' && (c != '/' || (peek(1) != '/' && peek(1) != '*'))) return false;
    if (may_end_ && (c == '#' || comment_ends_line())) {
      terminator = make(TokenKind::terminator, 0);
      return true;
    }
    may_end_ = false;
    if (c == '#') {
      foreign_comment();
      --at_;
      continue;
    }
    peek(1) == '/' ? line_comment() : block_comment();
    --at_;  // The loop steps over one byte.
  }
  return false;
}

// Whether the comments from here on reach the end of the line, or over it, before a token comes.
bool Lexer::comment_ends_line() const {
  for (size_t at = at_;;) {
    if (text_[at + 1] == '/') return true;
    const size_t close = text_.find("*/", at + 2);
    if (text_.substr(at, close - at).find('\n') != text_.npos) return true;
    if (close == text_.npos) return true;
    at = text_.find_first_not_of(" \t\r", close + 2);
    if (at == text_.npos || text_[at] == '\n') return true;
    const auto rest = text_.substr(at, 2);
    if (rest != "//" && rest != "/*") return false;
  }
}

// A comment of YAML, Jinja or a shell: its text is not taken for River.
void Lexer::foreign_comment() {
  report("R002", at_, 1, "illegal character " + unicode::describe(text_.substr(at_)))
      .with_help("comments are // or /* */");
  at_ = static_cast<uint32_t>(std::min(text_.find('\n', at_), text_.size()));
}

void Lexer::line_comment() {
  const auto end = std::min(text_.find('\n', at_), text_.size());
  keep_comment(text_.substr(at_, end - at_));
  at_ = static_cast<uint32_t>(end);
}

void Lexer::block_comment() {
  const size_t close = text_.find("*/", at_ + 2);
  if (close == text_.npos) report("R003", at_, 2, "block comment not terminated");
  const size_t end = close == text_.npos ? text_.size() : close + 2;
  keep_comment(text_.substr(at_, end - at_));
  at_ = static_cast<uint32_t>(end);
}

void Lexer::keep_comment(std::string_view text) {
  std::string without_returns;
  if (text.find('\r') != text.npos) {
    // A CR between * and / stays: without it the comment would end there.
    for (size_t i = 0; i < text.size(); ++i) {
      const bool needed = text[1] == '*' && without_returns.size() > 2 &&
                          without_returns.ends_with('*') && text.substr(i + 1).starts_with('/');
      if (text[i] != '\r' || needed) without_returns += text[i];
    }
    text = arena_.text(without_returns);
  }
  comments_.push_back({text, capped(line_breaks_)});
  line_breaks_ = 0;
}

ast::Trivia Lexer::take_trivia() {
  ast::Trivia trivia{arena_.list(comments_), capped(line_breaks_)};
  comments_.clear();
  line_breaks_ = 0;
  return trivia;
}

ast::Trivia Lexer::take_inline_trivia() {
  const bool breaks = std::any_of(comments_.begin(), comments_.end(), [](const Comment& comment) {
    return comment.lines_before > 0 || comment.text.find('\n') != comment.text.npos;
  });
  return breaks || line_breaks_ > 0 ? ast::Trivia{} : take_trivia();
}

Token Lexer::identifier() {
  const auto size = static_cast<uint32_t>(identifier_prefix(text_.substr(at_)));
  if (size == 0) return illegal_character();
  return make(identifier_or_keyword(text_.substr(at_, size)), size);
}

Token Lexer::illegal_character() {
  const auto rest = text_.substr(at_);
  const auto point = first_code_point(rest);
  // check_encoding has said what there is to say about a byte order mark.
  if (point.value != unicode::kByteOrderMark) {
    report("R002", at_, point.bytes, "illegal character " + unicode::describe(rest));
  }
  const bool may_end = may_end_;
  const Token token = make(TokenKind::illegal, point.bytes);
  may_end_ = may_end;
  return token;
}

// || and &&: a single one is reported at the character that should have been the second.
Token Lexer::doubled(TokenKind kind, char wanted) {
  if (peek(1) == wanted) return make(kind, 2);
  report("R008", at_ + 1, 1, fmt::format("missing second {0} in {0}{0}", wanted));
  return make(kind, 1);
}

Token Lexer::punctuation() {
  const bool then_equal = peek(1) == '=';
  switch (text_[at_]) {
    case '|':
      return doubled(TokenKind::logical_or, '|');
    case '&':
      return doubled(TokenKind::logical_and, '&');
    case '!':
      return then_equal ? make(TokenKind::not_equal, 2) : make(TokenKind::logical_not, 1);
    case '=':
      return then_equal ? make(TokenKind::equal, 2) : make(TokenKind::assign, 1);
    case '<':
      return then_equal ? make(TokenKind::less_equal, 2) : make(TokenKind::less, 1);
    case '>':
      return then_equal ? make(TokenKind::greater_equal, 2) : make(TokenKind::greater, 1);
    case '+':
      return make(TokenKind::add, 1);
    case '-':
      return make(TokenKind::subtract, 1);
    case '*':
      return make(TokenKind::multiply, 1);
    case '/':
      return make(TokenKind::divide, 1);
    case '%':
      return make(TokenKind::modulo, 1);
    case '^':
      return make(TokenKind::power, 1);
    case '{':
      return make(TokenKind::open_curly, 1);
    case '}':
      return make(TokenKind::close_curly, 1);
    case '(':
      return make(TokenKind::open_paren, 1);
    case ')':
      return make(TokenKind::close_paren, 1);
    case '[':
      return make(TokenKind::open_bracket, 1);
    case ']':
      return make(TokenKind::close_bracket, 1);
    case ',':
      return make(TokenKind::comma, 1);
    case '.':
      return make(TokenKind::dot, 1);
    default:
      return illegal_character();
  }
}

bool is_valid_identifier(std::string_view text) {
  return !text.empty() && identifier_prefix(text) == text.size() &&
         identifier_or_keyword(text) == TokenKind::identifier;
}

}  // namespace river
