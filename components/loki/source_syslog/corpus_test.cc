#include <doctest/doctest.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/rfc3339.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/framer.h"
#include "telemetry/text.h"
#include "tests/support/golden.h"

// Messages of device and software families, written from descriptions of their formats: one a line
// in tests/golden/syslog/FAMILY.txt, with \xHH, \n, \r and \0 for bytes that do not print.

namespace components::loki::source_syslog {
namespace {

using telemetry::relabel::Rule;

/// \xHH, \n and \r as the bytes they mean; other backslashes are taken as they are.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\\x") && rest.size() >= 4) {
      unsigned byte = 0;
      std::from_chars(rest.data() + 2, rest.data() + 4, byte, 16);
      out += static_cast<char>(byte);
      i += 3;
    } else if (rest.starts_with("\\n") || rest.starts_with("\\r")) {
      out += rest[1] == 'n' ? '\n' : '\r';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto next = telemetry::first_utf8(text);
    const bool prints = next.valid && next.code_point >= 0x20 && next.code_point != 0xFEFF;
    if (prints || text[0] == '\t')
      out += text.substr(0, next.size);
    else
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    text.remove_prefix(prints ? next.size : 1);
  }
  return out;
}

std::vector<std::string> messages_of(std::string_view file) {
  std::vector<std::string> out;
  while (!file.empty()) {
    const size_t end = file.find('\n');
    const std::string_view line = file.substr(0, end);
    if (!line.empty() && !line.starts_with("# ")) out.emplace_back(line);
    file.remove_prefix(end == file.npos ? file.size() : end + 1);
  }
  return out;
}

/// One label for each field of a header.
std::shared_ptr<const RelabelRules> all_fields() {
  RelabelRules rules;
  for (const char* name : {"facility", "severity", "hostname", "app_name", "proc_id", "msg_id"}) {
    Rule rule;
    rule.source_labels = {std::string("__syslog_message_") + name};
    rule.target_label = name;
    rules.push_back(rule);
  }
  Rule data;
  data.action = telemetry::relabel::Action::labelmap;
  data.regex = std::make_shared<re2::RE2>("^(?s:__syslog_message_(sd_.+))$");
  rules.push_back(data);
  return std::make_shared<const RelabelRules>(std::move(rules));
}

/// The time; a year that the header does not say is that of the test.
std::string time_text(int64_t ns, std::string_view message) {
  constexpr size_t kTimeEnd = 26;  // Of a priority and a time with a year.
  if (ns == 0) return "none";
  std::string text = base::format_rfc3339(ns);
  if (message.substr(0, kTimeEnd).find(text.substr(0, 4)) == message.npos)
    text.replace(0, 4, "YYYY");
  return text;
}

struct Decoded {
  std::vector<std::string> entries;
  Counts counts;
};

class Receiver {
 public:
  explicit Receiver(Format format) {
    listener_.syslog_format = format;
    listener_.use_incoming_timestamp = true;
    listener_.label_structured_data = true;
  }
  /// What a datagram, or what the framer made of a stream, becomes.
  void take(std::string_view message, Decoded& decoded) {
    telemetry::LogBatch batch;
    batch.buffer = std::string(message);
    Decoder(listener_).add(batch.buffer, origin_, labels_, batch, decoded.counts);
    for (const auto& entry : batch.entries)
      decoded.entries.push_back(
          fmt::format("  time={} {}\n  {}\n", time_text(entry.timestamp_ns, message),
                      telemetry::to_stream_text(batch.labels(entry)), escaped(batch.line(entry))));
    labels_.begin_batch();
  }

 private:
  Listener listener_;
  LabelMaker labels_{all_fields()};
  Origin origin_ = labels_.origin({}, "", "");
};

Decoded datagram(std::string_view message, Format format = Format::rfc5424) {
  Decoded decoded;
  Receiver(format).take(message, decoded);
  return decoded;
}

Decoded stream(std::string_view bytes) {
  Decoded decoded;
  Receiver receiver(Format::rfc5424);
  Framer framer({});
  std::string_view message;
  while (framer.next(bytes, true, message) == Framer::Got::message) receiver.take(message, decoded);
  return decoded;
}

std::string expectation(const golden::Input& input) {
  std::string out;
  for (const std::string& line : messages_of(input.source)) {
    const std::string message = unescaped(line);
    const Decoded decoded = datagram(message);
    out += line + "\n";
    for (const auto& entry : decoded.entries) out += entry;
    if (decoded.counts.parsing_errors > 0) out += "  parse_error\n";
    if (decoded.counts.empty > 0) out += "  empty\n";
    // Nothing is lost, and the format that a listener is set to changes nothing.
    CHECK(decoded.entries.size() + decoded.counts.empty == 1);
    CHECK(datagram(message, Format::rfc3164).entries == decoded.entries);
  }
  return out;
}

}  // namespace

TEST_CASE("golden: syslog messages of many devices and programs") {
  golden::run("tests/golden/syslog", expectation, ".txt");
}

TEST_CASE("syslog corpus: the same entries by every framing") {
  const std::string sentinel = "<13>1 2026-01-01T00:00:00Z s s s s - sentinel";
  const std::string end = datagram(sentinel).entries.at(0);
  size_t families = 0, samples = 0;
  for (const auto& file : std::filesystem::directory_iterator("tests/golden/syslog")) {
    if (file.path().extension() != ".txt") continue;
    ++families;
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (const std::string& line : messages_of(text)) {
      ++samples;
      const std::string message = unescaped(line);
      CAPTURE(message);
      std::vector<std::string> wanted = datagram(message).entries;
      wanted.push_back(end);
      const bool is_one_line = message.find('\n') == message.npos;
      if (is_one_line) CHECK(stream(message + "\n" + sentinel + "\n").entries == wanted);
      if (is_one_line) CHECK(stream(message + "\r\n" + sentinel).entries == wanted);
      std::string_view rest = message;
      if (take_priority(rest) < 0) continue;  // Without a priority after it, digits are text.
      CHECK(stream(fmt::format("{} {}{} {}", message.size(), message, sentinel.size(), sentinel))
                .entries == wanted);
      if (is_one_line && message.find('\0') == message.npos)
        CHECK(stream(message + '\0' + sentinel + '\0').entries == wanted);
    }
  }
  CHECK(families >= 30);
  CHECK(samples >= 200);
}

}  // namespace components::loki::source_syslog
