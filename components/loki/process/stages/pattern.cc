#include "components/loki/process/stages/pattern.h"

#include <algorithm>

#include "base/text.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kPatternFields[] = {
    schema::attr<&PatternArgs::pattern>("pattern", Need::required, "The pattern."),
    schema::attr<&PatternArgs::source>("source", Need::optional,
                                       "Extracted value to read instead of the line."),
    schema::attr<&PatternArgs::labels_from_groups>("labels_from_groups", Need::optional,
                                                   "Also set a label for each capture."),
};

void validate(const PatternArgs& args, schema::Scope& scope) {
  if (!scope.known("pattern")) return;
  if (const auto parsed = Pattern::parse(args.pattern); !parsed)
    scope.error("pattern", "C092", "bad pattern: {}", parsed.error().message);
}

/// Keeps the captures of each text that the pattern matches.
class PatternStage final : public Stage {
 public:
  PatternStage(const PatternArgs& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        pattern_(Pattern::parse(args.pattern).value_or(Pattern())) {
    for (size_t i = 0; i < pattern_.names().size(); ++i)
      captures_.add(pattern_.names()[i], i, args.labels_from_groups, build.names);
  }

  void process(Frame& frame) override {
    if (captures_.needed() == 0) return;
    for (const uint32_t row : frame.rows)
      if (const auto text = source_.text(frame, row); text && pattern_.match(*text, texts_))
        captures_.store(frame, row, texts_);
  }

 private:
  Source source_;
  Pattern pattern_;
  Captures captures_;
  std::vector<std::string_view> texts_;
};

StagePointer make(const PatternArgs& args, Build& build) {
  return std::make_unique<PatternStage>(args, build);
}

void track(const PatternArgs& args, telemetry::LabelTracker& labels) {
  labels.extract();
  if (!args.labels_from_groups) return;
  if (const auto pattern = Pattern::parse(args.pattern))
    for (const std::string& name : pattern->names()) labels.set_from_line(name);
}

// capture = "<" letter { letter | digit } ">" .
/// The name of the capture at the front of the text; empty when there is none.
std::string_view capture_name(std::string_view text) {
  size_t at = 1;
  if (text.size() < 3 || text[0] != '<' || !base::is_word(text[1]) || base::is_digit(text[1]))
    return {};
  while (at < text.size() && base::is_word(text[at])) ++at;
  return at < text.size() && text[at] == '>' ? text.substr(1, at - 1) : std::string_view();
}

}  // namespace

base::Result<Pattern> Pattern::parse(std::string_view text) {
  Pattern out;
  std::string* literal = &out.first_;
  while (!text.empty()) {
    const std::string_view name = capture_name(text);
    if (name.empty()) {
      *literal += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (!out.captures_.empty() && literal->empty())
      return base::fail("there is no text in front of <{}> that ends the capture before it", name);
    if (name != "_") {
      if (std::find(out.names_.begin(), out.names_.end(), name) != out.names_.end())
        return base::fail("<{}> is captured twice", name);
      out.names_.emplace_back(name);
    }
    literal = &out.captures_.emplace_back(Capture{name != "_", {}}).behind;
    text.remove_prefix(name.size() + 2);
  }
  if (out.names_.empty()) return base::fail("there is no capture such as <name>");
  return out;
}

bool Pattern::match(std::string_view text, std::vector<std::string_view>& captures) const {
  captures.assign(names_.size(), {});
  if (text.empty() || !text.starts_with(first_)) return false;
  text.remove_prefix(first_.size());
  size_t next = 0;
  for (const Capture& capture : captures_) {
    const size_t end = capture.behind.empty() ? std::string_view::npos : text.find(capture.behind);
    if (capture.is_named) captures[next++] = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + capture.behind.size());
  }
  return next > 0;
}

constexpr StageKindOf<PatternArgs> kPattern = stage_kind<PatternArgs, make, track>(
    "stage.pattern", "Extracts values by a pattern of <captures>.",
    schema::schema_of<PatternArgs, validate>(kPatternFields));

}  // namespace components::loki::process::stages
