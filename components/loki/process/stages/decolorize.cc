#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;

struct DecolorizeArgs {};

namespace {

/// Bytes of the escape sequence at the front of the text, 0 when there is none.
size_t sequence_size(std::string_view text) {
  if (text.size() < 2 || text[0] != '\x1b' || text[1] != '[') return 0;
  for (size_t i = 2; i < text.size(); ++i)
    if (text[i] >= 0x40 && text[i] <= 0x7e) return i + 1;
  return 0;
}

class DecolorizeStage final : public Stage {
 public:
  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows)
      if (frame.line(row).find('\x1b') != std::string_view::npos)
        frame.entry(row).line = frame.put(plain(frame.line(row)));
  }

 private:
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
