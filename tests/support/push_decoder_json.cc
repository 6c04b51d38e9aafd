#include <rapidjson/document.h>

#include <charconv>

#include "tests/support/push_decoder.h"

namespace support {
namespace {

using rapidjson::Value;
using telemetry::Entry;
using telemetry::Label;
using telemetry::Labels;
using telemetry::LogBatch;

std::string_view text_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

const Value* member(const Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

base::Result<Labels> labels_of(const Value& stream) {
  const Value* labels = member(stream, "stream");
  if (!labels || !labels->IsObject()) return base::fail("push: \"stream\" must be an object");
  std::vector<Label> list;
  for (const auto& [name, value] : labels->GetObject()) {
    if (!value.IsString()) return base::fail("push: label values must be strings");
    list.emplace_back(text_of(name), text_of(value));
  }
  return Labels(std::move(list));
}

bool read_metadata(const Value& object, LogBatch& batch, Entry& entry) {
  if (!object.IsObject()) return false;
  for (const auto& [name, value] : object.GetObject()) {
    if (!value.IsString()) return false;
    batch.metadata.push_back({batch.append(text_of(name)), batch.append(text_of(value))});
    ++entry.metadata_count;
  }
  return true;
}

/// ["<nanoseconds>", "<line>", {metadata}?]
bool read_entry(const Value& value, LogBatch& batch, uint32_t labels) {
  if (!value.IsArray() || value.Size() < 2 || value.Size() > 3) return false;
  if (!value[0].IsString() || !value[1].IsString()) return false;
  Entry entry;
  entry.labels = labels;
  entry.metadata_first = static_cast<uint32_t>(batch.metadata.size());
  const std::string_view time = text_of(value[0]);
  const char* end = time.data() + time.size();
  if (std::from_chars(time.data(), end, entry.timestamp_ns).ptr != end || time.empty())
    return false;
  entry.line = batch.append(text_of(value[1]));
  if (value.Size() == 3 && !read_metadata(value[2], batch, entry)) return false;
  batch.entries.push_back(entry);
  return true;
}

}  // namespace

base::Result<LogBatch> decode_push_json(std::string_view body) {
  if (body.size() > kPushBytesMax) return base::fail("push: larger than {}", kPushBytesMax);
  rapidjson::Document document;
  // Iterative: nesting in the body must not use up our stack.
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError())
    return base::fail("push: not JSON, at byte {}", document.GetErrorOffset());
  const Value* streams = member(document, "streams");
  if (!streams || !streams->IsArray()) return base::fail("push: \"streams\" must be an array");
  LogBatch batch;
  for (const Value& stream : streams->GetArray()) {
    const auto labels = labels_of(stream);
    if (!labels) return tl::unexpected(labels.error());
    const uint32_t index = batch.intern(*labels);
    const Value* values = member(stream, "values");
    if (!values || !values->IsArray()) return base::fail("push: \"values\" must be an array");
    for (const Value& value : values->GetArray())
      if (!read_entry(value, batch, index))
        return base::fail("push: an entry must be [\"<nanoseconds>\", \"<line>\", {{metadata}}]");
  }
  return batch;
}

}  // namespace support
