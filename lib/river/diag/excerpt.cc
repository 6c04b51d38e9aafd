#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "base/text.h"
#include "river/diag/render.h"

namespace river::diag {
namespace {

constexpr std::string_view kTab = "    ";
// Of a range of more lines than both together, so many are shown at its start and its end.
constexpr uint32_t kHeadLines = 5;
constexpr uint32_t kTailLines = 3;
// " | " after the number, and the gutter of a range of several lines.
constexpr size_t kGutterWidth = 5;
constexpr size_t kColumnsMin = 40;

bool is_continuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

void append_line(std::string& out, std::string_view line) {
  out.append(line.substr(0, line.find_last_not_of(' ') + 1)).append("\n");
}

std::string for_display(std::string_view text) {
  std::string out;
  for (const char c : without_passwords(text)) {
    if (c == '\t' || c == '\v') {
      out += kTab;
    } else if (c != '\r') {
      out += c;
    }
  }
  return in_columns(out);
}

// Bytes of the character at the start; each byte that is not UTF-8 is shown as one.
size_t width(std::string_view text) {
  return base::first_utf8(text).size;
}

// Filler up to byte `begin` of a line, then a caret for each code point before `end`. A tab is as
// wide as it is shown. There is a caret even if the range starts at the end of the line.
std::string carets(std::string_view line, size_t begin, size_t end, char filler) {
  std::string out;
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (size_t i = 0; i < line.size() && i < end; i += width(line.substr(i))) {
    const bool tab = line[i] == '\t' || line[i] == '\v';
    if (line[i] == '\r') continue;
    if (tab) {
      out.append(kTab.size(), i < begin || filler == '_' ? filler : '^');
    } else {
      out += i < begin ? filler : '^';
    }
  }
  if (begin >= line.size()) out += '^';
  return out;
}

// The part of a line that is shown, in code points as they are displayed.
struct Window {
  size_t begin = 0;
  size_t size = std::string_view::npos;

  // So that what is marked is in it, with some of what is before and much of what follows.
  static Window around(size_t marked, size_t length, size_t size) {
    if (length <= size) return {};
    const size_t before = size / 4;
    const size_t begin = marked + before < size ? 0 : marked - before;
    return {std::min(begin, length - size), size};
  }

  // What is left out becomes a … at its end.
  std::string cut(std::string_view text) const {
    std::string out;
    size_t at = 0;
    for (size_t i = 0; i < text.size(); ++at) {
      const size_t from = i++;
      while (i < text.size() && is_continuation(text[i])) ++i;
      if (at < begin || at - begin >= size) continue;
      const bool leaves_out =
          (at == begin && begin > 0) || (at - begin + 1 == size && i < text.size());
      out += leaves_out ? "…" : text.substr(from, i - from);
    }
    return out;
  }
};

size_t code_points(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

class Excerpt {
 public:
  Excerpt(const SourceFile& file, Span span, uint32_t context, uint32_t columns)
      : file_(file),
        begin_(span.begin - file.base),
        last_(std::clamp<size_t>(span.end - 1 - file.base, begin_, file.text.size())),
        first_line_(file.line_of(static_cast<uint32_t>(begin_))),
        last_line_(file.line_of(static_cast<uint32_t>(last_))),
        shown_first_(first_line_ - std::min(first_line_ - 1, context)),
        shown_last_(std::min(last_line_ + context, static_cast<uint32_t>(file.line_starts.size()))),
        number_width_(fmt::formatted_size("{}", shown_last_)),
        text_width_(std::max<size_t>(columns, kColumnsMin) - number_width_ - kGutterWidth) {}

  std::string render() {
    for (uint32_t line = shown_first_; line <= shown_last_; ++line) {
      const bool in_the_middle =
          line >= first_line_ + kHeadLines && line + kTailLines <= last_line_;
      if (in_the_middle) {
        append_line(out_, fmt::format("{:>{}} | | ...", "", number_width_));
        line = last_line_ - kTailLines;
        continue;
      }
      show(line);
    }
    return std::move(out_);
  }

 private:
  void show(uint32_t number) {
    const size_t start = file_.line_starts[number - 1];
    const Redaction redaction = redact(file_.text, start);
    const std::string_view line = redaction.line;
    // Marks of what is left out are below what is in its place.
    const size_t shown_end =
        redaction.at == std::string::npos ? std::string::npos : redaction.at + kRedacted.size();
    const size_t begin = std::min(begin_ - std::min(start, begin_), redaction.at);
    const size_t end = std::min(last_ + 1 - start, shown_end);
    const bool several = first_line_ != last_line_;
    const bool inside = number > first_line_ && number <= last_line_;
    const std::string_view gutter = !several ? "" : inside ? "| " : "  ";
    std::string marks;
    size_t marked = 0;
    if (!several && number == first_line_) {
      marks = carets(line, begin, end, ' ');
      marked = marks.find('^');
    } else if (number == first_line_) {
      marks = carets(line, begin, line.size(), '_');
      marked = marks.find('^');
    } else if (number == last_line_) {
      marks = carets(line, 0, end, '_');
      marked = marks.size();
    }
    const std::string shown = for_display(line);
    const Window window = Window::around(marked, code_points(shown), text_width_);
    append_line(out_,
                fmt::format("{:>{}} | {}{}", number, number_width_, gutter, window.cut(shown)));
    const std::string_view mark_gutter = !several ? "" : number == first_line_ ? " _" : "|_";
    if (!marks.empty())
      mark(mark_gutter, marks.substr(std::min(window.begin, marks.size())), window);
  }

  void mark(std::string_view gutter, std::string_view marks, const Window& window) {
    append_line(out_, fmt::format("{:>{}} | {}{}", "", number_width_, gutter,
                                  marks.substr(0, window.size)));
  }

  const SourceFile& file_;
  size_t begin_, last_;  // The first and the last byte of the range.
  uint32_t first_line_, last_line_, shown_first_, shown_last_;
  size_t number_width_;
  size_t text_width_;
  std::string out_;
};

}  // namespace

uint32_t terminal_columns(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kColumns;
}

std::string excerpt(Span span, const SourceMap& sources, uint32_t context_lines, uint32_t columns) {
  const SourceFile* file = span.known() ? sources.file(span.begin) : nullptr;
  if (file == nullptr) return {};
  return Excerpt(*file, span, context_lines, columns).render();
}

}  // namespace river::diag
