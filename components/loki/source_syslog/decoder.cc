#include "components/loki/source_syslog/decoder.h"

#include <algorithm>
#include <chrono>

#include "base/rfc3339.h"
#include "components/loki/source_syslog/parse.h"

namespace components::loki::source_syslog {
namespace {

/// Some devices end or fill a message with NUL bytes.
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

std::string_view without_line_end(std::string_view bytes) {
  while (!bytes.empty() && (bytes.back() == '\0' || bytes.back() == '\r' || bytes.back() == '\n'))
    bytes.remove_suffix(1);
  return bytes;
}

std::string_view without_blanks(std::string_view bytes) {
  while (!bytes.empty() && is_blank(bytes.back())) bytes.remove_suffix(1);
  while (!bytes.empty() && is_blank(bytes.front())) bytes.remove_prefix(1);
  return bytes;
}

}  // namespace

void Decoder::add(std::string_view bytes, const Origin& origin, LabelMaker& labels,
                  telemetry::LogBatch& batch, Counts& counts) const {
  bytes = without_line_end(bytes);
  if (bytes.empty()) return;
  Message message;
  bool is_rfc5424 = false;
  const bool is_parsed = parse(bytes, message, is_rfc5424);
  if (!is_parsed) {
    ++counts.parsing_errors;
    message = {};
    message.text = bytes;
  }
  if (message.text.empty()) {
    ++counts.empty;
    if (!is_rfc5424 || !listener_.rfc5424_allow_empty_msg) return;
  }
  telemetry::Entry entry;
  if (listener_.use_incoming_timestamp)
    entry.timestamp_ns = is_parsed ? timestamp(message) : meraki_time(bytes).value_or(0);
  entry.labels = labels.index(batch, origin, message, listener_.label_structured_data);
  const std::string_view line = is_rfc5424 && listener_.use_rfc5424_message ? bytes : message.text;
  const size_t offset = line.empty() ? 0 : static_cast<size_t>(line.data() - batch.buffer.data());
  entry.line = {static_cast<uint32_t>(offset), static_cast<uint32_t>(line.size())};
  batch.entries.push_back(entry);
  ++counts.entries;
}

/// A message that says it is RFC 5424 is read as that, and any other with a priority as RFC 3164,
/// whatever of the two the listener is set to: devices differ, the port is one.
bool Decoder::parse(std::string_view bytes, Message& message, bool& is_rfc5424) const {
  if (listener_.syslog_format == Format::raw) {
    constexpr int kPriorityMax = 255;
    bytes = without_blanks(bytes);
    message.priority = take_priority(bytes, kPriorityMax);
    message.text = without_blanks(bytes);
    return true;
  }
  // Programs that write UTF-8 with a byte order mark put it first.
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (bytes.starts_with(kMark[0]) && bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  is_rfc5424 = parse_rfc5424(bytes, message);
  if (is_rfc5424) return true;
  // There is one version. "<13>2 users" is a text.
  if (looks_like_rfc5424(bytes) && bytes.substr(bytes.find('>') + 1).starts_with("1 "))
    return false;
  return parse_rfc3164(bytes, cisco_, message);
}

/// 0 when the message brings no time.
int64_t Decoder::timestamp(const Message& message) const {
  if (message.timestamp.empty()) return 0;
  if (const auto time = base::parse_rfc3339(message.timestamp, base::Rfc3339::loose)) return *time;
  const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
  if (const auto time = parse_bsd_time(message.timestamp, now_ns_.value_or(now.count())))
    return *time;
  // Without an offset, as BSD's: UTC.
  return base::parse_rfc3339(std::string(message.timestamp) + "Z", base::Rfc3339::loose)
      .value_or(0);
}

namespace {

/// Longest message that is not octet-counted, unless max_message_length allows more.
constexpr int64_t kLineBytesMax = 64 << 10;

}  // namespace

Framer::Options Plan::framing() const {
  Framer::Options options;
  options.counted_bytes_max = static_cast<size_t>(listener.max_message_length);
  options.line_bytes_max =
      static_cast<size_t>(std::max(kLineBytesMax, listener.max_message_length));
  const bool raw = listener.syslog_format == Format::raw;
  if (raw && listener.raw_format_options &&
      listener.raw_format_options->use_null_terminator_delimiter)
    options.delimiter = '\0';
  return options;
}

namespace {

/// A listener on its own: a datagram is a message, a connection is cut into them.
class Desk {
 public:
  Desk(const Listener& listener, std::shared_ptr<const RelabelRules> rules)
      : plan_(listener), decoder_(plan_.listener), labels_(std::move(rules)) {}

  void take(const Arrival& arrival, telemetry::LogBatch& batch) {
    labels_.begin_batch();
    const Origin origin = labels_.origin(plan_.listener.labels, arrival.sender, "");
    const size_t first = batch.entries.size();
    std::string_view rest = batch.text(batch.append(arrival.text));
    Counts counts;
    decoder_.set_now(arrival.time_ns);
    if (plan_.listener.protocol == Protocol::udp) {
      decoder_.add(rest, origin, labels_, batch, counts);
    } else {
      Framer framer(plan_.framing());
      std::string_view message;
      while (framer.next(rest, true, message) == Framer::Got::message)
        decoder_.add(message, origin, labels_, batch, counts);
    }
    for (size_t i = first; i < batch.entries.size(); ++i)
      if (batch.entries[i].timestamp_ns == 0) batch.entries[i].timestamp_ns = arrival.time_ns;
  }

 private:
  Plan plan_;
  Decoder decoder_;
  LabelMaker labels_;
};

}  // namespace

Receive receive(const Listener& listener, std::shared_ptr<const RelabelRules> rules) {
  return [desk = std::make_shared<Desk>(listener, std::move(rules))](
             const Arrival& arrival, telemetry::LogBatch& batch) { desk->take(arrival, batch); };
}

}  // namespace components::loki::source_syslog
