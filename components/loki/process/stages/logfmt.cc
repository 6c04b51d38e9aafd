#include <re2/re2.h>

#include <map>

#include "components/loki/process/stages/json_scanner.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct LogfmtArgs {
  std::map<std::string, std::string> mapping;
  std::string source;
  river::schema::Regex regex;
};

namespace {

constexpr schema::Field kLogfmtFields[] = {
    schema::attr<&LogfmtArgs::mapping>(
        "mapping", Need::optional,
        "Key by name of the extracted value; empty means the same name."),
    schema::attr<&LogfmtArgs::source>("source", Need::optional,
                                      "Extracted value to read instead of the line."),
    schema::attr<&LogfmtArgs::regex>("regex", Need::optional, "Also extracts the keys that match."),
};

void validate(const LogfmtArgs&, schema::Scope& scope) {
  if (!scope.given("mapping") && !scope.given("regex"))
    scope.error("", "C079", "stage.logfmt needs \"mapping\" or \"regex\"");
}

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

bool is_key_char(char c) {
  return !is_blank(c) && c != '=' && c != '"';
}

/// One pair of `key=value key="quoted value" key`.
struct Pair {
  std::string_view key;
  std::string_view value;  ///< without its quotes
  bool escaped = false;
};

/// Removes a pair from the front; nullopt at the end and at what is no logfmt.
std::optional<Pair> take_pair(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  const auto word = [&](auto belongs) {
    size_t size = 0;
    while (size < text.size() && belongs(text[size])) ++size;
    const std::string_view taken = text.substr(0, size);
    text.remove_prefix(size);
    return taken;
  };
  Pair pair{.key = word(is_key_char), .value = {}};
  if (pair.key.empty()) return std::nullopt;
  if (!text.starts_with('=')) return pair;
  text.remove_prefix(1);
  if (!text.starts_with('"')) {
    pair.value = word([](char c) { return is_key_char(c) || c == '='; });
    return pair;
  }
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      pair.value = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return pair;
    }
    if (text[i] == '\\') pair.escaped = true, ++i;
  }
  return std::nullopt;
}

/// Whether every escape is one that JSON has (or \'), as writers of logfmt use them.
bool are_escapes_known(std::string_view raw) {
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') continue;
    const char c = ++i < raw.size() ? raw[i] : '\0';
    if (std::string_view("\"\\/'bfnrt").find(c) != std::string_view::npos) continue;
    const std::string_view digits = raw.substr(i + 1, 4);
    if (c != 'u' || digits.size() < 4 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
      return false;
    i += 4;
  }
  return true;
}

/// A value is never altered by half: with an escape that is not known it stays as it is.
std::string unescape_logfmt(std::string_view raw) {
  return are_escapes_known(raw) ? unescape_json(raw) : std::string(raw);
}

class LogfmtStage final : public Stage {
 public:
  LogfmtStage(const LogfmtArgs& args, Build& build)
      : source_(args.source, build.names), regex_(args.regex.compiled) {
    for (const auto& [name, key] : args.mapping)
      if (const auto slot = build.names.write(name)) slots_[key.empty() ? name : key] = *slot;
    if (regex_) names_ = build.names;
  }

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows) {
      const auto text = source_.text(frame, row);
      if (!text) continue;
      found_.clear();
      std::string_view rest = *text;
      while (const auto pair = take_pair(rest)) add(frame, *pair);
      for (const Found& found : found_) set(frame, row, found);
    }
  }

 private:
  struct Found {
    std::optional<Slot> slot;
    telemetry::Slice name;
    telemetry::Slice value;
    bool escaped;
  };

  void add(const Frame& frame, const Pair& pair) {
    std::optional<Slot> slot;
    if (const auto found = slots_.find(pair.key); found != slots_.end()) {
      slot = found->second;
    } else {
      if (!regex_ || !MatchText(pair.key).matches(*regex_)) return;
      slot = names_.find(pair.key);
      if (!slot && !names_.reads_matching(pair.key)) return;
    }
    found_.push_back({slot, frame.slice_of(pair.key), frame.slice_of(pair.value), pair.escaped});
  }

  static void set(Frame& frame, uint32_t row, const Found& found) {
    const auto value =
        found.escaped ? frame.put(unescape_logfmt(frame.batch.text(found.value))) : found.value;
    if (found.slot)
      frame.set(row, *found.slot, value);
    else
      frame.set_named(row, found.name, value);
  }

  Source source_;
  std::shared_ptr<const re2::RE2> regex_;
  Names names_;
  std::map<std::string, Slot, std::less<>> slots_;  // By key.
  std::vector<Found> found_;
};

StagePointer make(const LogfmtArgs& args, Build& build) {
  return std::make_unique<LogfmtStage>(args, build);
}

}  // namespace

constexpr StageKindOf<LogfmtArgs> kLogfmt = stage_kind<LogfmtArgs, make, track_extraction>(
    "stage.logfmt", "Extracts values from key=value pairs.",
    schema::schema_of<LogfmtArgs, validate>(kLogfmtFields));

}  // namespace components::loki::process::stages
