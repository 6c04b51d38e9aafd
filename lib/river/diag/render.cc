#include "river/diag/render.h"

namespace river::diag {
namespace {

constexpr uint32_t kContextLines = 1;

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
                         : fmt::format("{}:{}:{}", at.file, at.line, at.column);
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
                     place(item.span, sources), item.message, style.off);
  if (item.shows_source) append_excerpt(out, item.span, sources, kContextLines, columns);
  for (const Note& note : item.notes) {
    out += fmt::format("\n{}note:{} {}: {}\n", style.note, style.off, place(note.span, sources),
                       note.message);
    append_excerpt(out, note.span, sources, 0, columns);
  }
  if (!item.help.empty()) out += fmt::format("\n{}help:{} {}\n", style.note, style.off, item.help);
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

}  // namespace

std::string render(const Diagnostics& diagnostics, const SourceMap& sources, OutputFormat format,
                   uint32_t columns) {
  if (diagnostics.empty() && format != OutputFormat::sarif) return {};
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
                     severity_name(diagnostic.severity), diagnostic.code, diagnostic.message);
}

}  // namespace river::diag
