#include <fmt/format.h>

#include <algorithm>

#include "river/diag/render.h"

namespace river::diag {
namespace {

constexpr std::string_view kTab = "    ";
// Of a range of more lines than both together, so many are shown at its start and its end.
constexpr uint32_t kHeadLines = 5;
constexpr uint32_t kTailLines = 3;

bool is_continuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

void append_line(std::string& out, std::string_view line) {
  out.append(line.substr(0, line.find_last_not_of(' ') + 1)).append("\n");
}

std::string for_display(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (c == '\t' || c == '\v') {
      out += kTab;
    } else if (c != '\r') {
      out += c;
    }
  }
  return out;
}

// Filler up to byte `begin` of a line, then a caret for each code point before `end`. A tab is as
// wide as it is shown. There is a caret even if the range starts at the end of the line.
std::string carets(std::string_view line, size_t begin, size_t end, char filler) {
  std::string out;
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (size_t i = 0; i < line.size() && i < end; ++i) {
    const bool tab = line[i] == '\t' || line[i] == '\v';
    if (is_continuation(line[i]) || line[i] == '\r') continue;
    if (tab) {
      out.append(kTab.size(), i < begin || filler == '_' ? filler : '^');
    } else {
      out += i < begin ? filler : '^';
    }
  }
  if (begin >= line.size()) out += '^';
  return out;
}

class Excerpt {
 public:
  Excerpt(const SourceFile& file, Span span, uint32_t context)
      : file_(file),
        begin_(span.begin - file.base),
        last_(std::clamp<size_t>(span.end - 1 - file.base, begin_, file.text.size())),
        first_line_(file.line_of(static_cast<uint32_t>(begin_))),
        last_line_(file.line_of(static_cast<uint32_t>(last_))),
        shown_first_(first_line_ - std::min(first_line_ - 1, context)),
        shown_last_(std::min(last_line_ + context, static_cast<uint32_t>(file.line_starts.size()))),
        number_width_(fmt::formatted_size("{}", shown_last_)) {}

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
    const auto line = file_.line(number);
    const bool several = first_line_ != last_line_;
    const bool inside = number > first_line_ && number <= last_line_;
    const std::string_view gutter = !several ? "" : inside ? "| " : "  ";
    append_line(out_,
                fmt::format("{:>{}} | {}{}", number, number_width_, gutter, for_display(line)));
    const size_t start = file_.line_starts[number - 1];
    if (!several && number == first_line_) {
      mark("", carets(line, begin_ - start, last_ + 1 - start, ' '));
    } else if (number == first_line_) {
      mark(" _", carets(line, begin_ - start, line.size(), '_'));
    } else if (number == last_line_) {
      mark("|_", carets(line, 0, last_ + 1 - start, '_'));
    }
  }

  void mark(std::string_view gutter, std::string_view marks) {
    append_line(out_, fmt::format("{:>{}} | {}{}", "", number_width_, gutter, marks));
  }

  const SourceFile& file_;
  size_t begin_, last_;  // The first and the last byte of the range.
  uint32_t first_line_, last_line_, shown_first_, shown_last_;
  size_t number_width_;
  std::string out_;
};

}  // namespace

std::string excerpt(Span span, const SourceMap& sources, uint32_t context_lines) {
  const SourceFile* file = span.known() ? sources.file(span.begin) : nullptr;
  if (file == nullptr) return {};
  return Excerpt(*file, span, context_lines).render();
}

}  // namespace river::diag
