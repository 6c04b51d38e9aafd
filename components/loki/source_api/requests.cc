#include "components/loki/source_api/requests.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "components/loki/source_api/pushed.h"
#include "io/http/message.h"
#include "logql/parser.h"
#include "telemetry/text.h"
#include "telemetry/wire/loki_push.h"
#include "telemetry/wire/proto.h"

namespace components::loki::source_api {

namespace wire = telemetry::wire;
using telemetry::Entry;
using telemetry::Label;
using telemetry::Labels;
using telemetry::LogBatch;

namespace {

base::Error broken() {
  return {"the body is not a PushRequest in protobuf, or has too many entries"};
}

bool read_pair(std::string_view message, LogBatch& batch) {
  wire::ProtoReader in(message);
  std::string_view name, value;
  while (in.next()) {
    if (in.tag() == wire::kName)
      name = in.bytes();
    else if (in.tag() == wire::kValue)
      value = in.bytes();
    else
      in.skip();
  }
  if (in.ok() && !name.empty()) add_metadata(batch, name, value);
  return in.ok();
}

bool read_entry(std::string_view message, uint32_t labels, LogBatch& batch) {
  if (!has_room(batch)) return false;
  wire::ProtoReader in(message);
  Entry entry;
  entry.labels = labels;
  entry.metadata_first = static_cast<uint32_t>(batch.metadata.size());
  std::string_view line;
  while (in.next()) {
    if (in.tag() == wire::kTimestamp)
      entry.timestamp_ns = wire::read_push_time(in.bytes());
    else if (in.tag() == wire::kLine)
      line = in.bytes();
    else if (in.tag() != wire::kMetadata)
      in.skip();
    else if (!read_pair(in.bytes(), batch))
      return false;
  }
  if (!in.ok()) return false;
  entry.metadata_count = static_cast<uint32_t>(batch.metadata.size()) - entry.metadata_first;
  entry.line = batch.append(line);
  batch.entries.push_back(entry);
  return true;
}

/// The labels of the text form `{a="b"}`.
base::Result<Labels> labels_of(std::string_view text) {
  const logql::ParsedSelector parsed = logql::parse_selector(text);
  if (!parsed.ok()) return base::fail("{}", parsed.errors.front().message);
  std::vector<Label> labels;
  for (const logql::Matcher& matcher : parsed.selector.matchers) {
    if (matcher.op != logql::MatchOp::equal) return base::fail("a label has no value");
    if (matcher.value.quotes == logql::Quotes::none) return base::fail("a value has no quotes");
    if (auto added = add_label(labels, matcher.name.value, matcher.value.value); !added)
      return tl::unexpected(added.error());
  }
  if (!parsed.selector.variables.empty() || parsed.selector.bare)
    return base::fail("a label has no name");
  return Labels(std::move(labels));
}

bool read_stream(std::string_view message, Pushed& pushed) {
  std::string_view text;
  wire::ProtoReader labels_in(message);
  size_t entries = 0;
  while (labels_in.next()) {  // The labels may come after the entries.
    entries += labels_in.tag() == wire::kEntry ? 1 : 0;
    if (labels_in.tag() == wire::kLabels)
      text = labels_in.bytes();
    else
      labels_in.skip();
  }
  if (!labels_in.ok()) return false;
  const auto labels = labels_of(text);
  if (!labels) {
    refuse(pushed, entries, fmt::format("labels {}: {}", text, labels.error().message));
    return true;
  }
  const uint32_t index = pushed.batch.intern(*labels);
  wire::ProtoReader in(message);
  while (in.next()) {
    if (in.tag() != wire::kEntry)
      in.skip();
    else if (!read_entry(in.bytes(), index, pushed.batch))
      return false;
  }
  return in.ok();
}

base::Result<Pushed> read_proto(std::string_view body) {
  Pushed pushed;
  wire::ProtoReader in(body);
  while (in.next()) {
    if (in.tag() != wire::kStream)
      in.skip();
    else if (!read_stream(in.bytes(), pushed))
      return tl::unexpected(broken());
  }
  if (!in.ok()) return tl::unexpected(broken());
  return pushed;
}

/// A type and a subtype.
bool is_media_type(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != 0 && slash != std::string_view::npos && slash + 1 < text.size() &&
         text.find_first_of(" \t,") == std::string_view::npos;
}

}  // namespace

std::optional<Encoding> encoding_of(std::string_view content_type) {
  const std::string type = io::http::media_type(content_type);
  if (!is_media_type(type)) return std::nullopt;
  return type == "application/json" ? Encoding::json : Encoding::proto;
}

base::Result<Pushed> read_push(Encoding encoding, std::string_view body) {
  return encoding == Encoding::json ? read_json(body) : read_proto(body);
}

base::Result<LogBatch> read_lines(std::string_view body) {
  LogBatch batch;
  while (!body.empty()) {
    std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (!has_room(batch)) return base::fail("the request has too many lines");
    batch.add(0, line, {});
  }
  return batch;
}

}  // namespace components::loki::source_api
