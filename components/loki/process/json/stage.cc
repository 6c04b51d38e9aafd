#include <re2/re2.h>

#include "components/loki/process/json/scanner.h"
#include "components/loki/process/json/text.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

/// Scans each line once for the values that somebody reads.
class JsonStage final : public Stage {
 public:
  JsonStage(const json::Args& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        regex_(args.regex.compiled),
        drop_malformed_(args.drop_malformed),
        dropped_(build.dropped("json_stage")) {
    for (const auto& [name, expression] : args.expressions) {
      const auto slot = build.names.write(name);
      const auto path = json::parse_path(expression.empty() ? name : expression);
      if (slot && path) scanner_.want(*path, *slot);
    }
    if (!regex_) return;
    names_ = build.names;
    scanner_.want_top_level();
  }

  void process(Frame& frame) override {
    if (!drop_malformed_) {
      for (const uint32_t row : frame.rows) extract(frame, row);
      return;
    }
    dropped_->add(std::erase_if(frame.rows, [&](uint32_t row) { return !extract(frame, row); }));
  }

 private:
  /// False when the text is there and is no JSON object.
  bool extract(Frame& frame, uint32_t row) {
    const auto text = source_.text(frame, row);
    if (!text) return true;
    if (!scanner_.scan(*text)) return false;
    // Values that must be rewritten move the buffer, so slices are taken before any text is put.
    found_.clear();
    for (const json::Found& found : scanner_.found())
      if (const auto slot = slot_of(found))
        found_.push_back({*slot, found.kind, frame.slice_of(found.raw)});
    for (const Value& value : found_) set(frame, row, value);
    return true;
  }

  struct Value {
    Slot slot;
    json::Kind kind;
    telemetry::Slice raw;
  };

  std::optional<Slot> slot_of(const json::Found& found) const {
    if (found.target != json::kTopLevel) return found.target;
    const std::string key = json::unescape(found.key);
    if (!re2::RE2::PartialMatch(key, *regex_)) return std::nullopt;
    return names_.find(key);
  }

  static void set(Frame& frame, uint32_t row, const Value& value) {
    const std::string_view raw = frame.batch.text(value.raw);
    switch (value.kind) {
      case json::Kind::string:
        return frame.set(row, value.slot, value.raw);
      case json::Kind::escaped_string:
        return frame.set(row, value.slot, json::unescape(raw));
      case json::Kind::number:
        if (json::is_plain_number(raw)) return frame.set(row, value.slot, value.raw);
        return frame.set(row, value.slot, json::number_text(raw));
      case json::Kind::literal:
        if (raw == "null") return frame.erase(row, value.slot);
        return frame.set(row, value.slot, value.raw);
      case json::Kind::composite:
        return frame.set(row, value.slot, json::compact(raw));
    }
  }

  Source source_;
  json::Scanner scanner_;
  std::shared_ptr<const re2::RE2> regex_;
  Names names_;
  bool drop_malformed_;
  std::shared_ptr<base::metrics::Counter> dropped_;
  std::vector<Value> found_;
};

}  // namespace

StagePointer make_stage(const json::Args& args, Build& build) {
  return std::make_unique<JsonStage>(args, build);
}

}  // namespace components::loki::process
