#include "components/loki/write/refusal.h"

#include <re2/re2.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <numeric>
#include <utility>

#include "components/loki/write/metrics.h"

namespace components::loki::write {
namespace {

constexpr size_t kTextBytesMax = 16 << 10;
constexpr size_t kComplaintsMax = 1000;

/// What the capture groups of a pattern are, in order.
enum class Part { stream, size, oldest, newest };

struct Pattern {
  std::string text;  ///< <S> is a stream, <T> a time
  std::string_view reason;
  std::vector<Part> parts;
  bool whole_stream = false;
  bool every_stream = false;
};

// Loki's pkg/validation/validate.go, pkg/ingester/stream.go. A quoted name or value is free text of
// the sender and goes on to the end, so nothing after it is read.
const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = {
      {"stream <S> has timestamp too old: [^,]*, oldest acceptable timestamp is: <T>",
       "greater_than_max_sample_age",
       {Part::stream, Part::oldest},
       false,
       true},
      {"stream <S> has timestamp too new: <T>",
       "too_far_in_future",
       {Part::stream, Part::newest},
       false,
       true},
      {R"(Max entry size '?(\d+)'?(?: bytes)? exceeded for stream <S>)",
       "line_too_long",
       {Part::size, Part::stream},
       false,
       true},
      {"(?s)entry too far behind.{0,200}?oldest acceptable timestamp is: <T>"
       ".{0,200}?for stream: <S>",
       "too_far_behind",
       {Part::oldest, Part::stream}},
      {"(?s)entry out of order.{0,200}?for stream: <S>", "out_of_order", {Part::stream}},
      {R"(stream <S> has \d+ label names; limit)",
       "max_label_names_per_series",
       {Part::stream},
       true},
      {"(?s)stream <S> has label name too long: .*", "label_name_too_long", {Part::stream}, true},
      {"(?s)stream <S> has label value too long: .*", "label_value_too_long", {Part::stream}, true},
      {"(?s)stream <S> has duplicate label name: .*",
       "duplicate_label_names",
       {Part::stream},
       true},
      {"(?is)error parsing labels <S>.*", "invalid_labels", {Part::stream}, true},
      {"stream <S> has structured metadata (?:size )?too large",
       "structured_metadata_too_large",
       {Part::stream}},
      {"stream <S> has too many structured metadata labels",
       "structured_metadata_too_many",
       {Part::stream}},
      {"at least one label pair is required per stream", "missing_labels", {}, true},
  };
  return all;
}

/// Size of the stream text at the beginning of `text`, such as {a="x, }"}; 0 when there is none.
size_t stream_size(std::string_view text) {
  if (!text.starts_with('{')) return 0;
  bool quoted = false;
  for (size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && text[i] == '}')
      return i + 1;
  }
  return 0;
}

/// The text with its streams taken out, so that no label value is taken for a message: {0}, {1}...
std::string without_streams(std::string_view text, std::vector<std::string>& streams) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t size = stream_size(text.substr(i));
    if (size == 0) {
      out += text[i++];
      continue;
    }
    out += fmt::format("{{{}}}", streams.size());
    streams.emplace_back(text.substr(i, size));
    i += size;
  }
  return out;
}

/// RFC 3339 and `more` seconds in ns; a part of a second is cut off, as Loki does.
std::optional<int64_t> parse_time(const std::string& text, int64_t more = 0) {
  tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  int64_t seconds = ::timegm(&parts) + more;
  rest += *rest == '.' ? 1 + std::min(std::string_view(rest + 1).find_first_not_of("0123456789"),
                                      std::string_view(rest + 1).size())
                       : 0;
  if (*rest == '+' || *rest == '-') {
    tm offset{};
    if (::strptime(rest + 1, "%H:%M", &offset) == nullptr) return std::nullopt;
    seconds -= (*rest == '-' ? -60 : 60) * (offset.tm_hour * 60 + offset.tm_min);
  }
  int64_t ns = 0;
  if (__builtin_mul_overflow(seconds, int64_t{1'000'000'000}, &ns)) return std::nullopt;
  return ns;
}

template <class Number>
std::optional<Number> parse_number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

Complaint complaint_of(const Pattern& pattern, const std::vector<std::string>& groups,
                       const std::vector<std::string>& streams) {
  Complaint complaint{.reason = pattern.reason,
                      .whole_stream = pattern.whole_stream,
                      .every_stream = pattern.every_stream};
  if (pattern.parts.empty()) complaint.stream = "{}";
  for (size_t i = 0; i < pattern.parts.size(); ++i) {
    const std::string& text = groups[i];
    if (pattern.parts[i] == Part::size) complaint.line_above = parse_number<size_t>(text);
    if (pattern.parts[i] == Part::oldest) complaint.time_before = parse_time(text);
    if (pattern.parts[i] == Part::newest) complaint.time_from = parse_time(text, 1);
    if (pattern.parts[i] != Part::stream) continue;
    const auto index = parse_number<size_t>(text);
    if (index && *index < streams.size()) complaint.stream = streams[*index];
  }
  return complaint;
}

/// The match that begins first in `text`, which moves after it; nullopt: no more.
std::optional<Complaint> next_complaint(std::string_view& text,
                                        const std::vector<std::string>& streams) {
  static const std::vector<std::unique_ptr<RE2>> compiled = [] {
    std::vector<std::unique_ptr<RE2>> all;
    for (const Pattern& pattern : patterns()) {
      std::string expression = pattern.text;
      RE2::GlobalReplace(&expression, "<S>", R"('?\\{(\\d+)\\}'?)");
      RE2::GlobalReplace(&expression, "<T>",
                         R"((\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(?:Z|[+-]\\d\\d:\\d\\d)))");
      all.push_back(std::make_unique<RE2>(expression));
    }
    return all;
  }();
  const char* first = nullptr;
  const char* end = nullptr;
  std::optional<Complaint> found;
  for (size_t i = 0; i < compiled.size(); ++i) {
    re2::StringPiece groups[3];
    const size_t count = patterns()[i].parts.size();
    if (!compiled[i]->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(),
                            RE2::UNANCHORED, groups, static_cast<int>(count) + 1) ||
        (first != nullptr && groups[0].data() >= first))
      continue;
    first = groups[0].data();
    end = first + groups[0].size();
    std::vector<std::string> texts;
    for (size_t j = 1; j <= count; ++j) texts.emplace_back(groups[j].data(), groups[j].size());
    found = complaint_of(patterns()[i], texts, streams);
  }
  if (found) text.remove_prefix(static_cast<size_t>(end - text.data()));
  return found;
}

}  // namespace

bool Complaint::names_entries() const {
  return whole_stream || line_above || time_before || time_from;
}

bool Complaint::names(const telemetry::wire::PushEncoder::Encoded& entry,
                      std::string_view its_stream) const {
  if (!every_stream && stream != its_stream) return false;
  return whole_stream || (line_above && entry.line_bytes > *line_above) ||
         (time_before && entry.timestamp_ns < *time_before) ||
         (time_from && entry.timestamp_ns >= *time_from);
}

std::vector<Complaint> read_complaints(std::string_view text) {
  std::vector<std::string> streams;
  const std::string messages = without_streams(text.substr(0, kTextBytesMax), streams);
  std::vector<Complaint> all;
  std::string_view rest = messages;
  while (all.size() < kComplaintsMax) {
    auto complaint = next_complaint(rest, streams);
    if (!complaint) break;
    all.push_back(std::move(*complaint));
  }
  return all;
}

namespace {

using Entry = telemetry::wire::PushEncoder::Encoded;

/// Moves the entries of `part` that `condition` holds for out of it.
template <class Condition>
Parts::Entries taken_out(Parts::Entries& part, Condition condition) {
  const auto first = std::stable_partition(part.begin(), part.end(),
                                           [&](const Entry& entry) { return !condition(entry); });
  Parts::Entries taken(first, part.end());
  part.erase(first, part.end());
  return taken;
}

/// Where to cut a part of at least two entries in two of about the same size.
size_t middle(const Parts::Entries& part, bool by_bytes) {
  if (!by_bytes) return part.size() / 2;
  const size_t half = bytes_of(part) / 2;
  size_t at = 0;
  for (size_t bytes = 0; at < part.size() && bytes < half; ++at) bytes += part[at].bytes;
  return std::clamp<size_t>(at, 1, part.size() - 1);
}

}  // namespace

size_t bytes_of(const Parts::Entries& entries) {
  return std::accumulate(entries.begin(), entries.end(), size_t{0},
                         [](size_t sum, const Entry& entry) { return sum + entry.bytes; });
}

std::vector<Parts::Dropped> Parts::refuse(Entries part, std::string_view text, bool too_large) {
  const auto complaints = too_large ? std::vector<Complaint>() : read_complaints(text);
  std::vector<Dropped> dropped = take_named(part, complaints);
  if (!dropped.empty()) {
    if (!part.empty()) stack_.push_back(std::move(part));
    return dropped;
  }
  std::string_view reason = too_large ? drop_reason::kLineTooLong : drop_reason::kIngesterError;
  for (const Complaint& complaint : complaints) {
    if (separate(part, complaint.stream)) return dropped;
    reason = complaint.reason;
  }
  if (part.size() == 1 || splits_left_ == 0) {
    dropped.push_back({std::move(part), reason});
    return dropped;
  }
  --splits_left_;
  const auto at = part.begin() + static_cast<ptrdiff_t>(middle(part, too_large));
  stack_.emplace_back(at, part.end());
  stack_.emplace_back(part.begin(), at);
  return dropped;
}

std::vector<Parts::Dropped> Parts::take_named(Entries& part,
                                              const std::vector<Complaint>& complaints) const {
  std::vector<Dropped> dropped;
  for (const Complaint& complaint : complaints) {
    if (!complaint.names_entries()) continue;
    auto named = taken_out(part, [&](const Entry& entry) {
      return complaint.names(entry, encoder_.stream_text(entry.stream));
    });
    if (!named.empty()) dropped.push_back({std::move(named), complaint.reason});
  }
  return dropped;
}

/// Makes a part of its own of a stream in which something is wrong. False when it is alone already,
/// or not there.
bool Parts::separate(Entries& part, std::string_view stream) {
  auto bad = taken_out(
      part, [&](const Entry& entry) { return encoder_.stream_text(entry.stream) == stream; });
  if (bad.empty()) return false;
  if (part.empty()) {
    part = std::move(bad);
    return false;
  }
  stack_.push_back(std::move(bad));
  stack_.push_back(std::move(part));
  return true;
}

std::optional<Parts::Entries> Parts::next() {
  if (stack_.empty()) return std::nullopt;
  Entries part = std::move(stack_.back());
  stack_.pop_back();
  return part;
}

}  // namespace components::loki::write
