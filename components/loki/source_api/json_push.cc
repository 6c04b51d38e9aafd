#include <charconv>
#include <utility>
#include <vector>

#include "components/loki/process/stages/json_scanner.h"
#include "components/loki/source_api/pushed.h"

namespace components::loki::source_api {

using process::stages::JsonFound;
using process::stages::JsonKind;
using process::stages::JsonScanner;
using telemetry::Entry;
using telemetry::Label;
using telemetry::Labels;
using telemetry::LogBatch;

namespace {

bool is_string(const JsonFound& found) {
  return found.kind == JsonKind::string || found.kind == JsonKind::escaped_string;
}

std::string unescaped(std::string_view raw) {
  return raw.find('\\') == std::string_view::npos ? std::string(raw)
                                                  : process::stages::unescape_json(raw);
}

/// One push in JSON. A scanner for each level of it: what one found is read while the next one is
/// at work, and no tree is built.
class JsonPush {
 public:
  JsonPush() {
    body_.want({{"streams"}}, 0);
    stream_.want({{"stream"}}, kLabels);
    stream_.want({{"values"}}, kValues);
    for (JsonScanner* scanner : {&streams_, &labels_, &values_, &entry_, &metadata_})
      scanner->want_top_level();
  }

  base::Result<Pushed> read(std::string_view body) {
    if (!body_.scan(body)) return base::fail("the body is not a JSON object");
    for (const JsonFound& list : body_.found()) {
      if (list.raw == "null") continue;
      if (!streams_.scan_array(list.raw)) return base::fail("\"streams\" is not a list");
      for (const JsonFound& stream : streams_.found())
        if (const auto done = read_stream(stream); !done) return tl::unexpected(done.error());
    }
    return std::move(pushed_);
  }

 private:
  enum : uint32_t { kLabels, kValues };

  base::Result<void> read_stream(const JsonFound& stream) {
    if (!stream_.scan(stream.raw)) return base::fail("a stream is not an object");
    std::string_view labels_text = "{}", values_text = "[]";
    for (const JsonFound& member : stream_.found()) {
      if (member.raw == "null") continue;
      (member.target == kLabels ? labels_text : values_text) = whole_json_text(member);
    }
    if (!values_.scan_array(values_text)) return base::fail("\"values\" is not a list");
    const auto labels = read_labels(labels_text);
    if (!labels) {
      refuse(pushed_, values_.found().size(), labels.error().message);
      return {};
    }
    const uint32_t index = pushed_.batch.intern(*labels);
    for (const JsonFound& value : values_.found())
      if (auto done = read_entry(value, index); !done) return done;
    return {};
  }

  base::Result<Labels> read_labels(std::string_view text) {
    if (!labels_.scan(text)) return base::fail("\"stream\" is not an object");
    std::vector<Label> labels;
    for (const JsonFound& label : labels_.found()) {
      const std::string name = unescaped(label.key);
      if (!is_string(label)) return base::fail("the label \"{}\" is not a string", name);
      if (const auto added = add_label(labels, name, unescaped(label.raw)); !added)
        return tl::unexpected(added.error());
    }
    return Labels(std::move(labels));
  }

  /// ["<ns>", "<line>"] or ["<ns>", "<line>", {"<name>": "<value>"}].
  base::Result<void> read_entry(const JsonFound& value, uint32_t labels) {
    LogBatch& batch = pushed_.batch;
    if (!has_room(batch)) return base::fail("the request has too many entries");
    if (!entry_.scan_array(value.raw)) return base::fail("a value is not a list");
    const std::vector<JsonFound>& parts = entry_.found();
    if (parts.size() < 2 || parts.size() > 3 || !is_string(parts[0]) || !is_string(parts[1]))
      return base::fail("a value is not [\"<time>\", \"<line>\"] or has more than metadata behind");
    Entry entry{.labels = labels, .metadata_first = static_cast<uint32_t>(batch.metadata.size())};
    const std::string_view time = parts[0].raw;
    const auto [end, error] = std::from_chars(time.begin(), time.end(), entry.timestamp_ns);
    if (error != std::errc() || end != time.end())
      return base::fail("the time \"{}\" is not a number of nanoseconds", unescaped(time));
    entry.line = parts[1].kind == JsonKind::string ? batch.append(parts[1].raw)
                                                   : batch.append(unescaped(parts[1].raw));
    if (parts.size() == 3)
      if (auto done = read_metadata(parts[2]); !done) return done;
    entry.metadata_count = static_cast<uint32_t>(batch.metadata.size()) - entry.metadata_first;
    batch.entries.push_back(entry);
    return {};
  }

  base::Result<void> read_metadata(const JsonFound& object) {
    if (!metadata_.scan(object.raw)) return base::fail("structured metadata is not an object");
    for (const JsonFound& pair : metadata_.found()) {
      const std::string name = unescaped(pair.key);
      if (!is_string(pair)) return base::fail("the metadata \"{}\" is not a string", name);
      add_metadata(pushed_.batch, name, unescaped(pair.raw));
    }
    return {};
  }

  JsonScanner body_, streams_, stream_, labels_, values_, entry_, metadata_;
  Pushed pushed_;
};

}  // namespace

base::Result<Pushed> read_json(std::string_view body) {
  return JsonPush().read(body);
}

}  // namespace components::loki::source_api
