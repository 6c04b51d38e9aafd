#include <re2/re2.h>

#include "components/loki/process/stages/json_scanner.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/match_text.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct JsonArgs {
  std::map<std::string, std::string> expressions;
  river::schema::Regex regex;
  std::optional<std::string> source;
  bool drop_malformed = false;
};

namespace {

constexpr schema::Field kJsonFields[] = {
    schema::attr<&JsonArgs::expressions>(
        "expressions", Need::optional,
        "Expression by name of the extracted value; empty means the name."),
    schema::attr<&JsonArgs::regex>("regex", Need::optional,
                                   "Also extracts the top-level keys that match."),
    schema::attr<&JsonArgs::source>("source", Need::optional,
                                    "Extracted value to read instead of the line."),
    schema::attr<&JsonArgs::drop_malformed>("drop_malformed", Need::optional,
                                            "Drop entries that are not a JSON object."),
};

void validate(const JsonArgs& args, schema::Scope& scope) {
  if (!scope.given("expressions") && !scope.given("regex"))
    scope.error("", "C079", "stage.json needs \"expressions\" or \"regex\"");
  if (!scope.known("expressions")) return;
  for (const auto& [name, expression] : args.expressions)
    if (const auto path = parse_json_path(expression.empty() ? name : expression); !path)
      scope.error("expressions", "C080", "expression of \"{}\": {}", name, path.error().message);
}

/// Scans each line once for the values that somebody reads.
class JsonStage final : public Stage {
 public:
  JsonStage(const JsonArgs& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        regex_(args.regex.compiled),
        drop_malformed_(args.drop_malformed),
        dropped_(build.dropped("json_stage")) {
    for (const auto& [name, expression] : args.expressions) {
      const auto slot = build.names.write(name);
      const auto path = parse_json_path(expression.empty() ? name : expression);
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
    dropped_.add(std::erase_if(frame.rows, [&](uint32_t row) { return !extract(frame, row); }));
  }

 private:
  /// False when the text is there and is no JSON object.
  bool extract(Frame& frame, uint32_t row) {
    const auto text = source_.text(frame, row);
    if (!text) return true;
    if (!scanner_.scan(*text)) return false;
    // Values that must be rewritten move the buffer, so slices are taken before any text is put.
    found_.clear();
    for (const JsonFound& found : scanner_.found()) {
      if (found_.empty() && found.target != kJsonTopLevel && is_text(found.kind, found.raw))
        frame.set(row, found.target, frame.slice_of(found.raw));
      else
        add(frame, found);
    }
    for (const Value& value : found_) set(frame, row, value);
    return true;
  }

  struct Value {
    std::optional<Slot> slot;
    std::string name;  // Without a slot.
    JsonKind kind;
    telemetry::Slice raw;
  };

  void add(const Frame& frame, const JsonFound& found) {
    const auto add = [&](std::optional<Slot> slot, std::string name) {
      found_.push_back({slot, std::move(name), found.kind, frame.slice_of(found.raw)});
    };
    if (found.target != kJsonTopLevel) return add(found.target, {});
    std::string key = unescape_json(found.key);
    if (!telemetry::MatchText(key).matches(*regex_)) return;
    if (const auto slot = names_.find(key)) return add(slot, {});
    if (names_.reads_matching(key)) add(std::nullopt, std::move(key));
  }

  static void set(Frame& frame, uint32_t row, const Value& value) {
    const auto text = text_of(frame, value);
    if (!value.slot) return frame.set_named(row, frame.put(value.name), text);
    if (text)
      frame.set(row, *value.slot, *text);
    else
      frame.erase(row, *value.slot);
  }

  /// Whether the value is the text as it is written.
  static bool is_text(JsonKind kind, std::string_view raw) {
    return kind == JsonKind::string || (kind == JsonKind::number && is_json_integer(raw)) ||
           (kind == JsonKind::literal && raw != "null");
  }

  /// nullopt for null.
  static std::optional<telemetry::Slice> text_of(Frame& frame, const Value& value) {
    const std::string_view raw = frame.batch.text(value.raw);
    if (is_text(value.kind, raw)) return value.raw;
    switch (value.kind) {
      case JsonKind::escaped_string:
        return frame.put(unescape_json(raw));
      case JsonKind::number:
        return frame.put(json_number_text(raw));
      case JsonKind::composite:
        return frame.put(compact_json(raw));
      default:  // null
        return std::nullopt;
    }
  }

  Source source_;
  JsonScanner scanner_;
  std::shared_ptr<const re2::RE2> regex_;
  Names names_;
  bool drop_malformed_;
  const Drops dropped_;
  std::vector<Value> found_;
};

StagePointer make(const JsonArgs& args, Build& build) {
  return std::make_unique<JsonStage>(args, build);
}

}  // namespace

constexpr StageKindOf<JsonArgs> kJson = stage_kind<JsonArgs, make, track_extraction>(
    "stage.json", "Extracts values from a JSON object.",
    schema::schema_of<JsonArgs, validate>(kJsonFields));

}  // namespace components::loki::process::stages
