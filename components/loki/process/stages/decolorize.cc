#include <re2/re2.h>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;

struct DecolorizeArgs {};

namespace {

constexpr std::string_view kEscape = "\x1b";
/// CSI as one character, U+009B.
constexpr std::string_view kCsi = "\xc2\x9b", kEscapeCsi = "\x1b[", kCommand = "\x1b]";

/// Bytes of an operating system command after its "ESC ]": a title, the address of a link. It ends
/// with BEL or "ESC \\" and has no other control characters, 0 when it does not.
size_t command_size(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x07') return i + 1;
    if (text.substr(i).starts_with("\x1b\\")) return i + 2;
    if (static_cast<unsigned char>(text[i]) < ' ') return 0;
  }
  return 0;
}

/// Bytes of a control sequence (ECMA-48, 5.4) after its CSI, 0 when it has no end.
size_t control_size(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] >= 0x40 && text[i] <= 0x7e) return i + 1;
  return 0;
}

/// Other sequences that Grafana Alloy takes out: what selects a character set (`tput sgr0` does).
size_t other_size(std::string_view text) {
  static const re2::RE2 kOther(R"([\[()#;?]*(?:[a-zA-Z0-9]*(?:;[a-zA-Z0-9]*)*\x07|)"
                               R"((?:[0-9]{1,4}(?:;[0-9]{0,4})*)?[0-9A-PRZcf-nqrty=><~]))",
                               re2::RE2::Latin1);
  re2::StringPiece rest(text.data(), text.size());
  return re2::RE2::Consume(&rest, kOther) ? text.size() - rest.size() : 0;
}

/// Bytes of the escape sequence at the front of the text, 0 when there is none.
size_t sequence_size(std::string_view text) {
  constexpr struct {
    std::string_view begin;
    size_t (*size)(std::string_view rest);
  } kKinds[] = {{kCsi, control_size},
                {kEscapeCsi, control_size},
                {kCommand, command_size},
                {kEscape, other_size}};
  for (const auto& kind : kKinds) {
    if (!text.starts_with(kind.begin)) continue;
    const size_t size = kind.size(text.substr(kind.begin.size()));
    if (size > 0) return kind.begin.size() + size;
  }
  return 0;
}

class DecolorizeStage final : public Stage {
 public:
  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows)
      if (has_sequence(frame.line(row))) frame.entry(row).line = frame.put(plain(frame.line(row)));
  }

 private:
  static bool has_sequence(std::string_view line) {
    return line.find(kEscape) != line.npos || line.find(kCsi) != line.npos;
  }
  static std::string plain(std::string_view line) {
    std::string out;
    while (!line.empty()) {
      const size_t size = sequence_size(line);
      if (size == 0) out += line.front();
      line.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
  }
};

StagePointer make(const DecolorizeArgs&, Build&) {
  return std::make_unique<DecolorizeStage>();
}

}  // namespace

constexpr StageKindOf<DecolorizeArgs> kDecolorize =
    stage_kind<DecolorizeArgs, make, track_line_change>(
        "stage.decolorize", "Removes ANSI colour sequences from the line.", schema::schema_of({}));

}  // namespace components::loki::process::stages
