#include <re2/re2.h>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;

struct DecolorizeArgs {};

namespace {

constexpr std::string_view kEscape = "\x1b";
/// CSI as one character, U+009B.
constexpr std::string_view kCsi = "\xc2\x9b", kEscapeCsi = "\x1b[";

/// Bytes of a control sequence (ECMA-48, 5.4) after its CSI, 0 when it has no end.
size_t control_size(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] >= 0x40 && text[i] <= 0x7e) return i + 1;
  return 0;
}

/// Other sequences that Grafana Alloy takes out: what selects a character set (`tput sgr0` does),
/// and titles, which end with BEL.
size_t other_size(std::string_view text) {
  static const re2::RE2 kOther(R"([\[\]()#;?]*(?:[a-zA-Z0-9]*(?:;[a-zA-Z0-9]*)*\x07|)"
                               R"((?:[0-9]{1,4}(?:;[0-9]{0,4})*)?[0-9A-PRZcf-nqrty=><~]))",
                               re2::RE2::Latin1);
  re2::StringPiece rest(text.data(), text.size());
  return re2::RE2::Consume(&rest, kOther) ? text.size() - rest.size() : 0;
}

/// Bytes of the escape sequence at the front of the text, 0 when there is none.
size_t sequence_size(std::string_view text) {
  for (const std::string_view begin : {kCsi, kEscapeCsi, kEscape}) {
    if (!text.starts_with(begin)) continue;
    const std::string_view rest = text.substr(begin.size());
    const size_t size = begin == kEscape ? other_size(rest) : control_size(rest);
    if (size > 0) return begin.size() + size;
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

constexpr StageKindOf<DecolorizeArgs> kDecolorize = stage_kind<DecolorizeArgs, make>(
    "stage.decolorize", "Removes ANSI colour sequences from the line.", schema::schema_of({}));

}  // namespace components::loki::process::stages
