#include "river/diag/render.h"

#include <cctype>

namespace river::diag {
namespace {

constexpr uint32_t kContextLines = 1;
constexpr size_t kMessageBytesMax = 600;

/// Terminal colours, all empty for plain text.
struct Style {
  std::string_view error, warning, note, strong, off;
};
constexpr Style kPlain{};
constexpr Style kColour{"\x1b[31;1m", "\x1b[33;1m", "\x1b[36;1m", "\x1b[1m", "\x1b[0m"};

std::string place(Span span, const SourceMap& sources) {
  const Position at = sources.position(span.begin);
  if (!span.known() || at.line == 0) return "-";
  return at.file.empty() ? fmt::format("{}:{}", at.line, at.column)
                         : fmt::format("{}:{}:{}", visible_line(at.file), at.line, at.column);
}

void append_excerpt(std::string& out, Span span, const SourceMap& sources, uint32_t context,
                    uint32_t columns) {
  if (const std::string lines = excerpt(span, sources, context, columns); !lines.empty()) {
    out.append("\n").append(lines);
  }
}

void append(std::string& out, const Diagnostic& item, const SourceMap& sources, const Style& style,
            uint32_t columns) {
  const bool error = item.severity == Severity::error;
  out += fmt::format("{}{}[{}]: {}{}{}: {}{}\n", error ? style.error : style.warning,
                     error ? "Error" : "Warning", item.code, style.off, style.strong,
                     place(item.span, sources), visible(item.message), style.off);
  if (item.shows_source) append_excerpt(out, item.span, sources, kContextLines, columns);
  for (const Note& note : item.notes) {
    out += fmt::format("\n{}note:{} {}: {}\n", style.note, style.off, place(note.span, sources),
                       visible(note.message));
    append_excerpt(out, note.span, sources, 0, columns);
  }
  if (!item.help.empty())
    out += fmt::format("\n{}help:{} {}\n", style.note, style.off, visible(item.help));
}

std::string render_text(const Diagnostics& diagnostics, const SourceMap& sources,
                        const Style& style, uint32_t columns) {
  std::string out;
  for (const Diagnostic& item : diagnostics.items()) {
    if (!out.empty()) out += '\n';
    append(out, item, sources, style, columns);
  }
  return out;
}

/// What is below the span is left out of excerpts as the value of a secret: its text, else "".
std::string_view hidden_text(Span span, const SourceMap& sources) {
  const SourceFile* file = span.known() ? sources.file(span.begin) : nullptr;
  if (file == nullptr) return {};
  std::string_view text = sources.text(span);
  text = text.substr(0, text.find('\n'));
  if (text.size() > 1 && (text[0] == '"' || text[0] == '\'') && text.ends_with(text[0]))
    text = text.substr(1, text.size() - 2);
  const size_t at = span.begin - file->base;
  const size_t line_begin = at == 0 ? 0 : file->text.rfind('\n', at - 1) + 1;
  const Redaction shown = redact(file->text, line_begin);
  const bool is_hidden = shown.at != std::string::npos && shown.at <= at + 1 - line_begin &&
                         shown.line.find(text) == std::string::npos;
  return is_hidden ? text : std::string_view();
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Hides a text where it stands alone: a short one is also a part of words.
void hide(std::string& message, std::string_view text) {
  for (size_t at = 0; (at = message.find(text, at)) != std::string::npos;) {
    const size_t end = at + text.size();
    const bool stands_alone =
        (at == 0 || !is_word(message[at - 1]) || !is_word(text.front())) &&
        (end == message.size() || !is_word(message[end]) || !is_word(text.back()));
    if (stands_alone) message.replace(at, text.size(), kRedacted);
    at += stands_alone ? kRedacted.size() : text.size();
  }
}

/// Leaves the middle out of a text that repeats what somebody has written at length.
void cut(std::string& text) {
  if (text.size() <= kMessageBytesMax) return;
  const auto is_continuation = [&](size_t at) {
    return (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
  };
  size_t begin = kMessageBytesMax * 3 / 4, end = text.size() - kMessageBytesMax / 4;
  while (begin > 0 && is_continuation(begin)) --begin;
  while (end < text.size() && is_continuation(end)) ++end;
  text.replace(begin, end - begin, " … ");
}

/// The findings without the values of secrets that excerpts would not show.
Diagnostics without_secrets(const Diagnostics& diagnostics, const SourceMap& sources) {
  Diagnostics shown;
  for (const Diagnostic& item : diagnostics.items()) {
    Diagnostic& copy = shown.add(item);
    if (const std::string_view text = hidden_text(item.span, sources); !text.empty()) {
      hide(copy.message, text);
      hide(copy.help, text);
    }
    cut(copy.message);
    cut(copy.help);
  }
  return shown;
}

}  // namespace

std::string render(const Diagnostics& found, const SourceMap& sources, OutputFormat format,
                   uint32_t columns) {
  if (found.empty() && format != OutputFormat::sarif) return {};
  const Diagnostics diagnostics = without_secrets(found, sources);
  switch (format) {
    case OutputFormat::text:
      return render_text(diagnostics, sources, kPlain, columns);
    case OutputFormat::text_colour:
      return render_text(diagnostics, sources, kColour, columns);
    case OutputFormat::json:
      return render_json(diagnostics, sources);
    case OutputFormat::sarif:
      return render_sarif(diagnostics, sources);
    case OutputFormat::github:
      return render_github(diagnostics, sources);
  }
  return {};
}

std::string one_line(const Diagnostic& diagnostic, const SourceMap& sources) {
  return fmt::format("{}: {}[{}]: {}", place(diagnostic.span, sources),
                     severity_name(diagnostic.severity), diagnostic.code,
                     visible_line(diagnostic.message));
}

}  // namespace river::diag
