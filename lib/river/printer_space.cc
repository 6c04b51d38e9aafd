// What is between two tokens: white space marks and comments.
#include <algorithm>

#include "river/printer.h"

namespace river {

using ast::Comment;
using ast::Trivia;

uint32_t breaks(const Trivia& trivia) {
  uint32_t total = trivia.lines_before;
  for (const Comment& comment : trivia.comments) total += comment.lines_before + breaks(comment);
  return total;
}

uint32_t breaks(const Comment& comment) {
  return static_cast<uint32_t>(std::count(comment.text.begin(), comment.text.end(), '\n'));
}

const Trivia& leading_trivia(const ast::Expr& node) {
  const ast::Expr* first = &node;
  for (;;) {
    switch (first->kind) {
      case ast::ExprKind::access:
      case ast::ExprKind::index:
      case ast::ExprKind::call:
      case ast::ExprKind::binary:
        first = first->left;
        break;
      default:
        return first->before;
    }
  }
}

void Printer::token(const Trivia& before, std::string_view text) {
  space_before(before);
  columns_.text(text);
}

// A string over several lines ends all alignment: its lines are not ours to move.
void Printer::literal(const Trivia& before, std::string_view text) {
  space_before(before);
  for (;;) {
    const size_t end = text.find('\n');
    columns_.text(text.substr(0, end));
    if (end == text.npos) return;
    columns_.hard_break();
    ++line_;
    ++line_out_;
    text.remove_prefix(end + 1);
  }
}

void Printer::space_before(const Trivia& before) {
  if (before.comments.empty() || comments_ == Comments::drop) {
    carry_out_marks();
    line_ += breaks(before);
  } else {
    comments(before, false);
  }
  indentation();
  anything_written_ = true;
}

void Printer::carry_out_marks() {
  for (size_t i = 0; i < marks_.size(); ++i) {
    // A blank at the end of a line is left out.
    const bool ends_line =
        i + 1 < marks_.size() &&
        std::any_of(marks_.begin() + static_cast<ptrdiff_t>(i) + 1, marks_.end(),
                    [](Mark m) { return m == Mark::newline || m == Mark::hard_newline; });
    if (marks_[i] != Mark::blank || !ends_line) carry_out(marks_[i]);
  }
  marks_.clear();
}

void Printer::carry_out(Mark m) {
  switch (m) {
    case Mark::none:
      break;
    case Mark::blank:
      columns_.text(" ");
      break;
    case Mark::column:
      columns_.soft_stop();
      break;
    case Mark::newline:
    case Mark::hard_newline:
      m == Mark::newline ? columns_.soft_break() : columns_.hard_break();
      ++line_out_;
      at_line_start_ = true;
      break;
    case Mark::indent:
      ++level_;
      break;
    case Mark::unindent:
      --level_;
      break;
  }
}

void Printer::indentation() {
  if (!at_line_start_) return;
  for (int i = 0; i < level_; ++i) columns_.hard_stop();
  at_line_start_ = false;
}

void Printer::comments(const Trivia& trivia, bool last_in_file) {
  if (trivia.comments.empty()) return;
  uint32_t left = breaks(trivia);
  for (const Comment& comment : trivia.comments) {
    left -= comment.lines_before;
    before_comment(comment, left == 0 && !last_in_file);
    indentation();
    columns_.text(comment.text);
    line_out_ += breaks(comment);
    anything_written_ = true;
    left -= breaks(comment);
  }
  line_ += breaks(trivia);
  if (!last_in_file) after_comments(trivia);
}

void Printer::before_comment(const Comment& comment, bool token_on_line) {
  if (!anything_written_) return;
  if (comment.lines_before == 0) {
    token_on_line ? columns_.text(" ") : columns_.hard_stop();
    return;
  }
  // The indentation that was waiting in front of the first other mark counts for the comment too.
  // That mark is spent, but goes on holding back those after it.
  const auto other = std::find_if(marks_.begin(), marks_.end(),
                                  [](Mark m) { return m != Mark::indent && m != Mark::unindent; });
  if (other != marks_.end()) {
    *other = Mark::none;
    std::for_each(marks_.begin(), other, [this](Mark m) { carry_out(m); });
    marks_.erase(marks_.begin(), other);
  }
  for (int i = 0; i < comment.lines_before; ++i) carry_out(Mark::hard_newline);
}

void Printer::after_comments(const Trivia& trivia) {
  auto line_end = Mark::newline;
  for (const Mark m : marks_) {
    if (m == Mark::hard_newline) line_end = m;
    if (m == Mark::indent || m == Mark::unindent) carry_out(m);
  }
  marks_.clear();
  const bool to_line_end = trivia.comments.back().text.starts_with("//");
  const int count = std::max<int>(trivia.lines_before, to_line_end);
  if (count == 0) columns_.text(" ");
  for (int i = 0; i < count; ++i) carry_out(line_end);
}

}  // namespace river
