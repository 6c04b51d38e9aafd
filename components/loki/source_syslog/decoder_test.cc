#include "components/loki/source_syslog/decoder.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <string>
#include <vector>

namespace syslog = components::loki::source_syslog;
using components::RelabelRules;
using syslog::Counts;
using syslog::Decoder;
using syslog::Format;
using syslog::LabelMaker;
using syslog::Listener;
using telemetry::relabel::Action;
using telemetry::relabel::Rule;

namespace {

Rule rule(std::vector<std::string> sources, std::string target, Action action = Action::replace,
          const char* regex = "(.*)") {
  Rule made;
  made.source_labels = std::move(sources);
  made.regex = std::make_shared<re2::RE2>("^(?s:" + std::string(regex) + ")$");
  made.target_label = std::move(target);
  made.action = action;
  return made;
}

std::shared_ptr<const RelabelRules> rules(RelabelRules list) {
  return std::make_shared<const RelabelRules>(std::move(list));
}

/// Decodes messages as one batch.
struct Decoding {
  Listener listener;
  LabelMaker labels{nullptr};
  Counts counts;
  telemetry::LogBatch batch;

  /// "labels line" of each entry, one a line.
  std::string decode(const std::vector<std::string>& messages) {
    std::string all;
    for (const auto& message : messages) all += message;
    batch = {};
    batch.buffer = all;
    const Decoder decoder(listener);
    const auto origin = labels.origin(listener.labels, "192.0.2.7", "peer.example");
    size_t at = 0;
    for (const auto& message : messages) {
      decoder.add(std::string_view(batch.buffer).substr(at, message.size()), origin, labels, batch,
                  counts);
      at += message.size();
    }
    std::string out;
    for (const auto& entry : batch.entries)
      out += telemetry::to_stream_text(batch.labels(entry)) + " " + std::string(batch.line(entry)) +
             "\n";
    labels.begin_batch();
    return out;
  }
};

const std::string kGood = "<30>1 2026-11-21T03:30:03.25Z puck app 81 ID [a@1 k=\"v\"] hello";

}  // namespace

TEST_CASE("syslog decoder: labels by the rules, the rest stripped") {
  Decoding f;
  f.listener.labels.entries = {{"job", "syslog"}, {"__hidden", "x"}};
  f.labels = LabelMaker(rules({
      rule({"__syslog_message_hostname"}, "host"),
      rule({"__syslog_message_app_name"}, "app"),
      rule({"__syslog_message_severity"}, "level"),
      rule({"__syslog_message_facility"}, "facility"),
      rule({"__syslog_connection_ip_address"}, "ip"),
  }));
  CHECK(f.decode({kGood, "<11>Nov 21 03:30:03 h2 a2[9]: other"}) ==
        "{app=\"app\", facility=\"daemon\", host=\"puck\", ip=\"192.0.2.7\", job=\"syslog\", "
        "level=\"informational\"} hello\n"
        "{app=\"a2\", facility=\"user\", host=\"h2\", ip=\"192.0.2.7\", job=\"syslog\", "
        "level=\"error\"} other\n");
  CHECK(f.counts.entries == 2);
  CHECK(f.batch.label_sets.size() == 2);
}

TEST_CASE("syslog decoder: what cannot be parsed arrives as it was received") {
  Decoding f;
  f.listener.labels.entries = {{"job", "syslog"}};
  f.labels = LabelMaker(rules({rule({"__syslog_message_hostname"}, "host")}));
  using namespace std::string_literals;
  CHECK(f.decode({"garbage\r\n\0"s, "<34>1 - h - - - [open", kGood}) ==
        "{job=\"syslog\"} garbage\n"
        "{job=\"syslog\"} <34>1 - h - - - [open\n"
        "{host=\"puck\", job=\"syslog\"} hello\n");
  CHECK(f.counts.parsing_errors == 2);
  CHECK(f.counts.entries == 3);
  CHECK(f.decode({"<13>2 users logged in", "\xef\xbb\xbf" + kGood}) ==
        "{job=\"syslog\"} 2 users logged in\n{host=\"puck\", job=\"syslog\"} hello\n");
  CHECK(f.counts.parsing_errors == 2);
}

TEST_CASE("syslog decoder: empty messages are counted, and kept only when asked for") {
  Decoding f;
  CHECK(f.decode({"<34>1 - h - - - -", "<34>"}) == "");
  CHECK(f.counts.empty == 2);
  f.listener.rfc5424_allow_empty_msg = true;
  CHECK(f.decode({"<34>1 - h - - - -", "<34>"}) == "{} \n");
  CHECK(f.counts.empty == 4);
  CHECK(f.decode({"", "\n"}) == "");  // No message at all.
  CHECK(f.counts.empty == 4);
}

TEST_CASE("syslog decoder: raw, whole rfc5424 messages, incoming times") {
  Decoding f;
  f.listener.syslog_format = Format::raw;
  CHECK(f.decode({" <250> text \n", "  plain  ", "   "}) == "{} text\n{} plain\n");
  f.listener = {};
  f.listener.use_rfc5424_message = true;
  CHECK(f.decode({kGood + "\n", "<13>tag: x"}) == "{} " + kGood + "\n{} x\n");
  f.listener.use_incoming_timestamp = true;
  f.decode({kGood, "<34>1 nonsense - - - - - x"});
  CHECK(f.batch.entries[0].timestamp_ns == 1'795'231'803'250'000'000);
  CHECK(f.batch.entries[1].timestamp_ns == 0);
  const std::string meraki = "<134>1 1795773621.5 mx urls src=192.0.2.1";
  f.counts = {};
  CHECK(f.decode({meraki, "<13>2026-11-21T03:30:03 h app: x"}) == "{} " + meraki + "\n{} x\n");
  CHECK(f.counts.parsing_errors == 1);
  CHECK(f.batch.entries[0].timestamp_ns == 1'795'773'621'500'000'000);
  CHECK(f.batch.entries[1].timestamp_ns == 1'795'231'803'000'000'000);
}

TEST_CASE("syslog decoder: structured data becomes labels when asked for") {
  Decoding f;
  f.labels = LabelMaker(rules({rule({"__syslog_message_sd_a_1_k"}, "k")}));
  CHECK(f.decode({kGood}) == "{} hello\n");
  f.labels = LabelMaker(rules({rule({"__syslog_message_sd_a_1_k"}, "k")}));
  f.listener.label_structured_data = true;
  CHECK(f.decode({kGood}) == "{k=\"v\"} hello\n");
}

TEST_CASE("syslog decoder: a dropping rule does not drop") {
  Decoding f;
  f.labels = LabelMaker(rules({rule({"__syslog_message_hostname"}, "host"),
                               rule({"__syslog_message_hostname"}, "", Action::drop, "puck"),
                               rule({"__syslog_message_app_name"}, "app")}));
  CHECK(f.decode({kGood}) == "{host=\"puck\"} hello\n");
}

TEST_CASE("syslog decoder: fields that no rule uses make no label sets") {
  Decoding f;
  f.labels = LabelMaker(rules({rule({"__syslog_message_hostname"}, "host")}));
  std::vector<std::string> messages;
  for (int i = 0; i < 1000; ++i)
    messages.push_back("<" + std::to_string(i % 190) + ">1 - h" + std::to_string(i % 3) + " a" +
                       std::to_string(i) + " " + std::to_string(i) + " - - x");
  f.decode(messages);
  CHECK(f.batch.label_sets.size() == 3);
  f.decode(messages);
  CHECK(f.batch.label_sets.size() == 3);
}

TEST_CASE("syslog decoder: more combinations than are kept are still right") {
  Decoding f;
  f.labels = LabelMaker(rules({rule({"__syslog_message_proc_id"}, "pid")}));
  std::vector<std::string> messages;
  for (size_t i = 0; i < 3 * LabelMaker::kCombinationsMax; ++i)
    messages.push_back("<13>1 - h a " + std::to_string(i % 10000) + " - - x");
  f.decode(messages);
  REQUIRE(f.batch.entries.size() == messages.size());
  for (size_t i = 0; i < messages.size(); ++i)
    if (f.batch.labels(f.batch.entries[i]).get("pid") != std::to_string(i % 10000)) FAIL(i);
}

TEST_CASE("syslog decoder: fields that hold NUL bytes do not pass for one another") {
  using namespace std::string_literals;
  Decoding f;
  f.labels = LabelMaker(rules(
      {rule({"__syslog_message_hostname"}, "host"), rule({"__syslog_message_app_name"}, "app")}));
  syslog::Message one, other;
  const std::string b = "b\0"s, a_b = "a\0b"s;
  one.hostname = "a";
  one.app_name = b;
  other.hostname = a_b;
  const auto origin = f.labels.origin({}, "", "");
  f.labels.index(f.batch, origin, one, false);
  f.labels.index(f.batch, origin, other, false);
  CHECK(f.batch.label_sets.size() == 2);
}

TEST_CASE("syslog decoder: a host name is looked up only for rules that read it") {
  const auto made = [](Rule one) { return LabelMaker(rules({std::move(one)})); };
  const std::string name = "__syslog_connection_hostname";
  for (const Action action : {Action::labeldrop, Action::labelkeep}) {
    CHECK_FALSE(made(rule({}, "", action, ".*")).uses_host_name());
    CHECK_FALSE(made(rule({}, "", action, ".*")).uses_address());
  }
  CHECK_FALSE(made(rule({}, "", Action::labelmap, "__syslog_message_(.*)")).uses_address());
  CHECK_FALSE(made(rule({"job"}, name)).uses_host_name());
  CHECK(made(rule({}, "", Action::labelmap, "__syslog_(.*)")).uses_host_name());
  CHECK(made(rule({name}, "peer")).uses_host_name());
  CHECK(made(rule({"job"}, name, Action::keepequal)).uses_host_name());
  const auto address = made(rule({"__syslog_connection_ip_address"}, "ip"));
  CHECK(address.uses_address());
  CHECK_FALSE(address.uses_host_name());
}

TEST_CASE("syslog decoder: labels are UTF-8, whatever a header holds") {
  Decoding f;
  f.labels = LabelMaker(rules({rule({"__syslog_message_hostname"}, "host")}));
  CHECK(f.decode({"<13>Nov 21 03:30:03 h\xff app: x"}) == "{host=\"h\xef\xbf\xbd\"} x\n");
}
