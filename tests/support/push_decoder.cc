#include "tests/support/push_decoder.h"

#include <optional>

#include "base/text.h"
#include "river/text.h"
#include "telemetry/wire/loki_push.h"
#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy.h"

namespace support {
namespace {

using telemetry::Entry;
using telemetry::Label;
using telemetry::Labels;
using telemetry::LogBatch;
using namespace telemetry::wire;

/// Takes a string literal of Go off the front; nullopt, and `text` as it was, when there is none.
std::optional<std::string> take_quoted(std::string_view& text) {
  if (text.empty() || (text[0] != '"' && text[0] != '`')) return std::nullopt;
  std::string out;
  for (size_t at = 1; at < text.size() && text[at] != '\n';) {
    if (text[at] == text[0]) {
      text.remove_prefix(at + 1);
      return out;
    }
    const bool is_escape = text[at] == '\\' && text[0] == '"';
    const size_t size = is_escape ? river::read_escape(text.substr(at), '"', out) : 1;
    if (size == 0) return std::nullopt;
    if (!is_escape) out += text[at];
    at += size;
  }
  return std::nullopt;
}

void skip_space(std::string_view& text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
}

bool take(std::string_view& text, char wanted) {
  skip_space(text);
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::string_view take_name(std::string_view& text) {
  skip_space(text);
  size_t size = 0;
  while (size < text.size() && base::is_label_name(text.substr(0, size + 1))) ++size;
  const std::string_view name = text.substr(0, size);
  text.remove_prefix(size);
  return name;
}

bool decode_time(std::string_view bytes, int64_t& ns) {
  ProtoReader in(bytes);
  int64_t seconds = 0;
  int64_t nanos = 0;
  while (in.next()) switch (in.tag()) {
      case kSeconds:
        seconds = static_cast<int64_t>(in.varint());
        break;
      case kNanos:
        nanos = static_cast<int64_t>(in.varint());
        break;
      default:
        in.skip();
    }
  if (nanos < 0 || nanos >= kNanosPerSecond) return false;
  return in.ok() && !__builtin_mul_overflow(seconds, kNanosPerSecond, &ns) &&
         !__builtin_add_overflow(ns, nanos, &ns);
}

bool decode_pair(std::string_view bytes, LogBatch& batch) {
  ProtoReader in(bytes);
  std::string_view name;
  std::string_view value;
  while (in.next()) switch (in.tag()) {
      case kName:
        name = in.bytes();
        break;
      case kValue:
        value = in.bytes();
        break;
      default:
        in.skip();
    }
  batch.metadata.push_back({batch.append(name), batch.append(value)});
  return in.ok();
}

bool decode_entry(std::string_view bytes, LogBatch& batch, uint32_t labels) {
  ProtoReader in(bytes);
  Entry entry;
  entry.labels = labels;
  entry.metadata_first = static_cast<uint32_t>(batch.metadata.size());
  bool ok = true;
  while (ok && in.next()) switch (in.tag()) {
      case kTimestamp:
        ok = decode_time(in.bytes(), entry.timestamp_ns);
        break;
      case kLine:
        entry.line = batch.append(in.bytes());
        break;
      case kMetadata:
        ok = decode_pair(in.bytes(), batch);
        ++entry.metadata_count;
        break;
      default:
        in.skip();
    }
  batch.entries.push_back(entry);
  return ok && in.ok();
}

/// Nothing when the stream is well-formed, else what is wrong with it.
base::Result<void> decode_stream(std::string_view bytes, LogBatch& batch) {
  std::string_view text;
  ProtoReader labels_first(bytes);  // Fields may come in any order, so find the labels first.
  while (labels_first.next()) {
    if (labels_first.tag() == kLabels)
      text = labels_first.bytes();
    else
      labels_first.skip();
  }
  if (!labels_first.ok()) return base::fail("push: malformed stream");
  const auto labels = parse_stream_text(text);
  if (!labels) return base::in_context("push", labels.error());
  const uint32_t index = batch.intern(*labels);
  ProtoReader in(bytes);
  while (in.next()) {
    if (in.tag() != kEntry)
      in.skip();
    else if (!decode_entry(in.bytes(), batch, index))
      return base::fail("push: malformed entry in stream {}", text);
  }
  if (!in.ok()) return base::fail("push: malformed stream");
  return {};
}

}  // namespace

// labels = "{" [ pair { "," pair } [ "," ] ] "}" .   pair = name "=" string .
base::Result<Labels> parse_stream_text(std::string_view text) {
  const auto malformed = [whole = text](std::string_view rest) {
    return base::fail("labels {}: unexpected text at byte {}", whole.substr(0, 200),
                      whole.size() - rest.size());
  };
  std::vector<Label> labels;
  if (!take(text, '{')) return malformed(text);
  while (!take(text, '}')) {
    const std::string_view name = take_name(text);
    if (name.empty() || !take(text, '=')) return malformed(text);
    skip_space(text);
    auto value = take_quoted(text);
    if (!value) return malformed(text);
    labels.emplace_back(name, std::move(*value));
    if (take(text, ',')) continue;
    if (!take(text, '}')) return malformed(text);
    break;
  }
  skip_space(text);
  if (!text.empty()) return malformed(text);
  return Labels(std::move(labels));
}

base::Result<LogBatch> decode_push(std::string_view body) {
  auto message = uncompress_block(body, kPushBytesMax);
  if (!message) return base::in_context("push", message.error());
  return decode_push_message(*message);
}

base::Result<LogBatch> decode_push_message(std::string_view message) {
  if (message.size() > kPushBytesMax) return base::fail("push: larger than {}", kPushBytesMax);
  LogBatch batch;
  batch.buffer.reserve(message.size());
  ProtoReader in(message);
  while (in.next()) {
    if (in.tag() != kStream) {
      in.skip();
      continue;
    }
    const std::string_view stream = in.bytes();
    if (!in.ok()) break;
    if (auto decoded = decode_stream(stream, batch); !decoded)
      return tl::unexpected(decoded.error());
  }
  if (!in.ok()) return base::fail("push: malformed request");
  return batch;
}

}  // namespace support
