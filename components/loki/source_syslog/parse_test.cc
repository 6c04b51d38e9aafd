#include "components/loki/source_syslog/parse.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/rfc3339.h"

namespace syslog = components::loki::source_syslog;
using syslog::CiscoComponents;
using syslog::Message;

namespace {

/// "priority|timestamp|hostname|app|proc|msgid|sd|text", or "-" when it did not parse.
std::string dump(bool parsed, const Message& m) {
  if (!parsed) return "-";
  std::string out = std::to_string(m.priority);
  for (const auto field :
       {m.timestamp, m.hostname, m.app_name, m.proc_id, m.msg_id, m.structured_data, m.text})
    out += "|" + std::string(field);
  return out;
}

std::string dump_5424(std::string_view bytes) {
  Message message;
  const bool parsed = syslog::parse_rfc5424(bytes, message);
  return dump(parsed, message);
}

std::string dump_3164(std::string_view bytes, const CiscoComponents& cisco = {}) {
  Message message;
  const bool parsed = syslog::parse_rfc3164(bytes, cisco, message);
  const std::string counters =
      message.counter.empty() && message.sequence.empty()
          ? ""
          : "|" + std::string(message.counter) + "/" + std::string(message.sequence);
  return dump(parsed, message) + counters;
}

}  // namespace

TEST_CASE("syslog: rfc5424") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           // docker's rfc5424micro.
           Case{"<30>1 2026-11-21T03:30:03.250953Z puck athena_sys_1/d37691147bf2 81 TAG - msg",
                "30|2026-11-21T03:30:03.250953Z|puck|athena_sys_1/d37691147bf2|81|TAG||msg"},
           // util-linux logger --rfc5424.
           Case{"<13>1 2026-11-21T08:20:18.000000+00:00 host root - - [timeQuality tzKnown=\"1\" "
                "isSynced=\"0\"] hello world",
                "13|2026-11-21T08:20:18.000000+00:00|host|root|||[timeQuality tzKnown=\"1\" "
                "isSynced=\"0\"]|hello world"},
           // rsyslog's RSYSLOG_SyslogProtocol23Format.
           Case{"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
                "[exampleSDID@32473 iut=\"3\"][b c=\"]\\\"\"] An event",
                "165|2003-10-11T22:14:15.003Z|mymachine.example.com|evntslog||ID47|"
                "[exampleSDID@32473 iut=\"3\"][b c=\"]\\\"\"]|An event"},
           Case{"<34>1 - - - - - -", "34|||||||"},
           Case{"<34>1 - - - - - - ", "34|||||||"},
           Case{"<34>1 - - - - - -  two spaces", "34||||||| two spaces"},
           Case{"<34>1 - - - - - - \xef\xbb\xbfutf", "34|||||||\xef\xbb\xbfutf"},
           Case{"<34>1 - host app - - no sd at all", "34||host|app||||no sd at all"},
           Case{"<34>1 - host", "34||host|||||"},
           Case{"<34>999 - h a p m - x", "34||h|a|p|m||x"},
           Case{"<191>1 - h a p m [] x", "191||h|a|p|m|[]|x"},
           // Words behind "1 " that are no header.
           Case{"<134>1 1795773621.426960608 mx_lab urls src=192.0.2.10:53347 mac=02 request", "-"},
           Case{"<34>1 2026-11-27 10:00:00 h a - - - blank for T", "-"},
           Case{"<34>1 2026-11-27T10:00:00 h a - - - no offset", "-"},
           Case{"<34>1 yesterday h a - - - x", "-"},
           Case{"<34>1 - h\tx a - - - x", "-"},
           Case{"<34>1 - h\xc3\xa9 a - - - x", "-"},
           Case{"<34>1 - h a - - [10.0.0.1 said hello] x", "-"},
           Case{"<34>1 - h a - - [a b=c] x", "-"},
           // No day of a calendar, no time of a day: the time stays in the text.
           Case{"<34>1 2026-02-30T10:00:00Z h a - - - x", "-"},
           Case{"<34>1 2026-11-27T24:00:00Z h a - - - x", "-"},
           Case{"<34>1 2026-11-27T10:00:00.Z h a - - - x", "-"},
           Case{"<34>1 2026-11-27T10:00:00Zulu h a - - - x", "-"},
           Case{"<34>1 9999-12-31T23:59:59Z h a - - - x", "-"},
           Case{"<34>1 2026-12-31T23:59:60,5+0100 h a - - - x",
                "34|2026-12-31T23:59:60,5+0100|h|a||||x"},
           // Check Point.
           Case{"<134>1 2026-11-27T10:00:01Z gw CheckPoint 13752 - [action:\"Accept\"; a:\"1\"]",
                "134|2026-11-27T10:00:01Z|gw|CheckPoint|13752|||[action:\"Accept\"; a:\"1\"]"},
           Case{"<134>1 - gw CheckPoint 1 - [action: \"Accept\"]", "-"},
           Case{"<134>1 - gw CheckPoint 1 - [:\"Accept\"]", "-"},
           Case{"<34>1 2026-11-27T10:00:00+01:00 h a p m [a b=\"c\" ] x",
                "34|2026-11-27T10:00:00+01:00|h|a|p|m|[a b=\"c\" ]|x"},
           Case{"<14>1 2026-11-27T10:00:06Z idrac1 Severity: Informational, Category: Audit, x",
                "-"},
           Case{"<192>1 - - - - - - x", "-"},
           Case{"<34>0 - - - - - - x", "-"},
           Case{"<34>1000 - - - - - - x", "-"},
           Case{"<34>x - - - - - - x", "-"},
           Case{"<34> 1 - - - - - - x", "-"},
           Case{"34>1 - - - - - - x", "-"},
           Case{"<34>1 - - - - - [open x=\"] x", "-"},
           Case{"", "-"},
       }) {
    CAPTURE(c.in);
    CHECK(dump_5424(c.in) == c.want);
  }
}

TEST_CASE("syslog: rfc3164") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c : {
           // docker's rfc3164.
           Case{"<30>Nov 21 03:30:03 puck athena[81]: hello: world",
                "30|Nov 21 03:30:03|puck|athena|81|||hello: world"},
           // docker's default, which has no host name.
           Case{"<30>Nov 21 03:30:03 athena/d37691147bf2[81]: msg",
                "30|Nov 21 03:30:03||athena/d37691147bf2|81|||msg"},
           // util-linux logger over the network, and to /dev/log.
           Case{"<13>Nov  1 08:20:18 host root: hello", "13|Nov  1 08:20:18|host|root||||hello"},
           Case{"<13>Nov  1 08:20:18 root: hello", "13|Nov  1 08:20:18||root||||hello"},
           // rsyslog's RSYSLOG_ForwardFormat.
           Case{"<13>2026-11-21T08:20:18.123456+01:00 host sshd[12]: in",
                "13|2026-11-21T08:20:18.123456+01:00|host|sshd|12|||in"},
           Case{"<13> Nov 21 03:30:03 host a: b", "13|Nov 21 03:30:03|host|a||||b"},
           Case{"<13>Nov 1 03:30:03 host a: b", "13|Nov 1 03:30:03|host|a||||b"},
           Case{"<13>Nov 21 03:30:03.123 host a: b", "13|Nov 21 03:30:03.123|host|a||||b"},
           Case{"<13>Nov 21 03:30:03 host no tag here", "13|Nov 21 03:30:03|host|||||no tag here"},
           Case{"<13>Nov 21 03:30:03 host at 10:20:30 it was",
                "13|Nov 21 03:30:03|host|||||at 10:20:30 it was"},
           Case{"<13>Nov 21 03:30:03 fe80::1 a[b]: c", "13|Nov 21 03:30:03|fe80::1|a|b|||c"},
           Case{"<13>Nov 21 03:30:03 host CEF:0|Vendor|x",
                "13|Nov 21 03:30:03|host|||||CEF:0|Vendor|x"},
           Case{"<13>tag: only", "13|||tag||||only"},
           Case{"<13>(sd-pam)[7]: a", "13|||(sd-pam)|7|||a"},
           Case{"<13>a\\b.exe: c", "13|||a\\b.exe||||c"},
           // No tags: the text stays whole.
           Case{"<133>{\"time\": \"2026-11-27\", \"status\": \"ok\"}",
                "133|||||||{\"time\": \"2026-11-27\", \"status\": \"ok\"}"},
           Case{"<133>Nov 27 10:00:00 h1 \"msg\": \"quoted key\", \"n\": 1",
                "133|Nov 27 10:00:00|h1|||||\"msg\": \"quoted key\", \"n\": 1"},
           Case{"<133>Nov 27 10:00:00 {\"a\": 1, \"b\": 2}",
                "133|Nov 27 10:00:00||||||{\"a\": 1, \"b\": 2}"},
           Case{"<133>level=info: x", "133|||||||level=info: x"},
           Case{"<133>10.0.0.1: x", "133|||||||10.0.0.1: x"},
           Case{"<133>45: x", "133|||||||45: x"},
           Case{"<133>app[a b]: x", "133|||||||app[a b]: x"},
           // Sequence numbers of network devices.
           Case{"<189>45: *Nov 27 10:00:01.123: %SYS-5-CONFIG_I: Configured",
                "189|Nov 27 10:00:01.123||||||45: *Nov 27 10:00:01.123: %SYS-5-CONFIG_I: "
                "Configured"},
           Case{"<189>1: 000047: Nov 27 10:00:03: %X: y",
                "189|Nov 27 10:00:03||||||1: 000047: Nov 27 10:00:03: %X: y"},
           // Firewalls.
           Case{"<166>Nov 27 2026 10:00:34: %ASA-6-302013: Built",
                "166|Nov 27 2026 10:00:34||%ASA-6-302013||||Built"},
           Case{"<166>Nov 27 2026 10:00:35 fw-edge : %ASA-4-106023: Deny",
                "166|Nov 27 2026 10:00:35|fw-edge|%ASA-4-106023||||Deny"},
           Case{"<166>Nov 27 10:00:36 fw-edge : %ASA-4-106023: Deny udp",
                "166|Nov 27 10:00:36|fw-edge|%ASA-4-106023||||Deny udp"},
           Case{"<14>Nov 27 10:00:01 host1  app[12]: two blanks",
                "14|Nov 27 10:00:01|host1|app|12|||two blanks"},
           Case{"<14>Nov 27 10:00:01 host1  no tag", "14|Nov 27 10:00:01|host1||||| no tag"},
           // Years and zones, before and behind.
           Case{"<13>Nov 27 10:00:16 2026 host1 app: x", "13|Nov 27 10:00:16 2026|host1|app||||x"},
           Case{"<13>Nov 27 10:00:17 CET host1 app: x", "13|Nov 27 10:00:17 CET|host1|app||||x"},
           Case{"<13>Nov 27 10:00:18+01:00 h a[1]: x", "13|Nov 27 10:00:18+01:00|h|a|1|||x"},
           Case{"<187>: 2026 Nov 27 10:00:01 UTC: %ETHPORT-3-X: down",
                "187|2026 Nov 27 10:00:01 UTC||%ETHPORT-3-X||||down"},
           Case{"<13>Fri Nov 27 10:00:20 2026 host1 app: x",
                "13|Fri Nov 27 10:00:20 2026|host1|app||||x"},
           Case{"<30>2026:11:27-10:00:21 utm-1 ulogd[4711]: id=\"2002\"",
                "30|2026:11:27-10:00:21|utm-1|ulogd|4711|||id=\"2002\""},
           Case{"<30>2026:11:27 10:00:21 utm: x", "30|||||||2026:11:27 10:00:21 utm: x"},
           Case{"<13>Fry Nov 27 10:00:20 app: x", "13|||||||Fry Nov 27 10:00:20 app: x"},
           Case{"<13>Nov 27 10:00:19 CETUS app: x", "13|Nov 27 10:00:19|CETUS|app||||x"},
           Case{"<13>Nov 27 10:00:19 2026a app: x", "13|Nov 27 10:00:19|2026a|app||||x"},
           // An address is no year.
           Case{"<13>Nov 27 10:00:16 2001:db8::1 app: x",
                "13|Nov 27 10:00:16|2001:db8::1|app||||x"},
           Case{"<13>Nov 27 10:00:16 2001::1 app: x", "13|Nov 27 10:00:16|2001::1|app||||x"},
           Case{"<189>Nov 27 10:00:16 2026: %SYS-5-X: y",
                "189|Nov 27 10:00:16 2026||%SYS-5-X||||y"},
           // Days that no calendar has stay in the text.
           Case{"<13>Feb 30 10:00:00 host1 app: x", "13|||||||Feb 30 10:00:00 host1 app: x"},
           Case{"<13>Nov 31 10:00:00 host1 app: x", "13|||||||Nov 31 10:00:00 host1 app: x"},
           Case{"<13>Nov  0 10:00:00 host1 app: x", "13|||||||Nov  0 10:00:00 host1 app: x"},
           Case{"<13>Nov 27 24:00:00 host1 app: x", "13|||||||Nov 27 24:00:00 host1 app: x"},
           Case{"<13>Feb 29 10:00:00 2025 host1 app: x",
                "13|||||||Feb 29 10:00:00 2025 host1 app: x"},
           Case{"<13>Feb 29 10:00:00 host1 app: x", "13|Feb 29 10:00:00|host1|app||||x"},
           Case{"<13>2026-02-30T10:00:00Z host1 app: x",
                "13|||||||2026-02-30T10:00:00Z host1 app: x"},
           Case{"<13>2026-11-27T10:00:00 host1 app: x", "13|2026-11-27T10:00:00|host1|app||||x"},
           Case{"<13>2026-11-27T10:00:00Z: %X-1-Y: z", "13|2026-11-27T10:00:00Z||%X-1-Y||||z"},
           Case{"<13>2026-11-27T10:00:00-host1 app: x",
                "13|||||||2026-11-27T10:00:00-host1 app: x"},
           Case{"<13>2026:02:30-10:00:21 utm x: y", "13|||||||2026:02:30-10:00:21 utm x: y"},
           // Host names of relays, and words that are not host names.
           Case{"<38>Nov 27 10:00:01 Message forwarded from aix1: sshd[12]: x",
                "38|Nov 27 10:00:01|aix1|sshd|12|||x"},
           Case{"<13>Nov 27 10:00:01 last message repeated 3 times",
                "13|Nov 27 10:00:01||||||last message repeated 3 times"},
           Case{"<13>Nov 27 10:00:06 relay1/host1 root: x",
                "13|Nov 27 10:00:06|relay1/host1|root||||x"},
           Case{"<13>Nov 27 10:00:06 src@host2 prog[1]: x",
                "13|Nov 27 10:00:06|src@host2|prog|1|||x"},
           Case{"<30>Nov 27 10:00:05 /var/log/ltm is: full",
                "30|Nov 27 10:00:05||||||/var/log/ltm is: full"},
           Case{"<30>Nov 27 10:00:05 var/log is full", "30|Nov 27 10:00:05||||||var/log is full"},
           Case{"<30>Nov 27 10:00:09 puck reg.example:5000/app[47]: x",
                "30|Nov 27 10:00:09|puck|reg.example:5000/app|47|||x"},
           Case{"<189>52: sw1: 000124: Nov 27 10:00:08: %X-1-Y: z",
                "189|Nov 27 10:00:08||||||52: sw1: 000124: Nov 27 10:00:08: %X-1-Y: z"},
           Case{"<189>sw1: 000124: Nov 27 10:00:08: %X-1-Y: z",
                "189|Nov 27 10:00:08||||||sw1: 000124: Nov 27 10:00:08: %X-1-Y: z"},
           Case{"<189>sw1: 000124: a text", "189|||sw1||||000124: a text"},
           Case{"<189>49: r1: *Nov 27 10:00:08: %X-1-Y: z",
                "189|Nov 27 10:00:08||||||49: r1: *Nov 27 10:00:08: %X-1-Y: z"},
           Case{"<13>just text", "13|||||||just text"},
           Case{"<13>", "13|||||||"},
           Case{"<13>Nov 21 03:30:03", "13|Nov 21 03:30:03||||||"},
           Case{"<13>Nov 21 03:30:03 host", "13|Nov 21 03:30:03||||||host"},
           Case{"no priority", "-"},
           Case{"<999>x", "-"},
           Case{"<>x", "-"},
           Case{"<", "-"},
       }) {
    CAPTURE(c.in);
    CHECK(dump_3164(c.in) == c.want);
  }
}

TEST_CASE("syslog: the epoch times of Meraki") {
  struct Case {
    std::string_view in;
    std::optional<int64_t> want;
  };
  for (const auto& c :
       {Case{"<134>1 1795773621.426960608 mx urls x", 1795773621426960608},
        Case{"<134>1 1795773623.5 ap events x", 1795773623500000000},
        Case{"<134>1 9223372035.5 ap events x", 9223372035500000000},
        Case{"<134>1 9223372036.5 ap events x", {}}, Case{"<134>1 1795773623 ap events x", {}},
        Case{"<134>1 1795773623. ap events x", {}}, Case{"<134>1 10.5 users", {}},
        Case{"<134>1 1795773623.5", {}}, Case{"1795773623.5 x", {}}, Case{"", {}}}) {
    CAPTURE(c.in);
    CHECK(syslog::meraki_time(c.in) == c.want);
  }
}

TEST_CASE("syslog: rfc3164 with Cisco's additions") {
  struct Case {
    CiscoComponents cisco;
    std::string_view in, want;
  };
  const CiscoComponents all{.enable_all = true};
  const CiscoComponents counter{.message_counter = true};
  for (const auto& c : {
           Case{all, "<189>237: 000485: router1: *Jan  8 19:46:03.295: %SYS-5-CONFIG_I: done",
                "189|Jan  8 19:46:03.295|router1|%SYS-5-CONFIG_I||||done|237/000485"},
           // In place of a time, how long it has run.
           Case{all, "<189>29: 00:02:05: %SYS-5-RESTART: x",
                "189|||||||00:02:05: %SYS-5-RESTART: x|29/"},
           Case{all, "<189>29: 1d03h: %SYS-5-RESTART: x", "189|||||||1d03h: %SYS-5-RESTART: x|29/"},
           Case{all, "<189>29: 000123: 3w2d: %SYS-5-RESTART: x",
                "189|||||||3w2d: %SYS-5-RESTART: x|29/000123"},
           Case{all, "<189>29: Nov 28 10:00:00.123 AEDST: %SYS-5-X: f",
                "189|Nov 28 10:00:00.123 AEDST||%SYS-5-X||||f|29/"},
           Case{counter, "<189>29: *Apr  8 13:46:08.805: %LINK-3-UPDOWN: Interface up",
                "189|Apr  8 13:46:08.805||%LINK-3-UPDOWN||||Interface up|29/"},
           Case{{},
                "<189>*Apr  8 13:46:08: %LINK-3-UPDOWN: up",
                "189|Apr  8 13:46:08||%LINK-3-UPDOWN||||up"},
           Case{all, "<189>237: router1: 000123: *Nov 28 10:00:00.295: %SYS-5-CONFIG_I: b",
                "189|Nov 28 10:00:00.295|router1|%SYS-5-CONFIG_I||||b|237/000123"},
           Case{all, "<189>router1: 000123: Nov 28 10:00:00: %SYS-5-X: f",
                "189|Nov 28 10:00:00|router1|%SYS-5-X||||f|/000123"},
           Case{all, "<189>237: 000123: Nov 28 10:00:00: %SYS-5-X: f",
                "189|Nov 28 10:00:00||%SYS-5-X||||f|237/000123"},
           Case{all, "<189>237: 192.0.2.1: Nov 28 10:00:00: %SYS-5-X: f",
                "189|Nov 28 10:00:00|192.0.2.1|%SYS-5-X||||f|237/"},
           Case{counter, "<189>237: router1: 000123: Nov 28 10:00:00: %SYS-5-X: f",
                "189|Nov 28 10:00:00||||||router1: 000123: Nov 28 10:00:00: %SYS-5-X: f|237/"},
           Case{all, "<189>plain text", "189|||||||plain text"},
       }) {
    CAPTURE(c.in);
    CHECK(dump_3164(c.in, c.cisco) == c.want);
  }
}

TEST_CASE("syslog: parsers stand every cut of a good message") {
  const std::string good =
      "<165>1 2003-10-11T22:14:15.003Z m e 1 ID47 [ex@32473 iut=\"3\\\"\"][b c=\"]\"] An event";
  const std::string bsd = "<189>237: 000485: router1: *Jan  8 19:46:03.295: host tag[12]: text";
  for (const auto& whole : {good, bsd})
    for (size_t size = 0; size <= whole.size(); ++size) {
      const std::string cut = whole.substr(0, size);  // Exact allocation, for the sanitizers.
      dump_5424(cut);
      CHECK(dump_3164(cut, {.enable_all = true}) != "");
    }
}

TEST_CASE("syslog: structured data parameters") {
  std::vector<std::string> got;
  const auto take = [&](std::string_view id, std::string_view name, std::string_view value) {
    got.push_back(std::string(id) + "." + std::string(name) + "=" +
                  syslog::unescaped_parameter(value));
  };
  CHECK(syslog::each_parameter("[a@1 x=\"1\" y=\"q\\\"\\]\\\\\\n\"][b][c  z=\"\"]", take));
  CHECK(got == std::vector<std::string>{"a@1.x=1", "a@1.y=q\"]\\\\n", "c.z="});
  for (const auto* bad : {"[a x]", "[a x=1]", "[a x=\"1]", "[a", "x"}) {
    CAPTURE(bad);
    CHECK(!syslog::each_parameter(bad, take));
  }
}

TEST_CASE("syslog: the year of a BSD time is the one closest to now") {
  const auto at = [](std::string_view text) { return *base::parse_rfc3339(text); };
  struct Case {
    std::string_view now, text, want;
  };
  for (const auto& c :
       {Case{"2026-11-21T08:00:00Z", "Nov 21 03:30:03", "2026-11-21T03:30:03Z"},
        Case{"2027-01-01T00:00:05Z", "Dec 31 23:59:59", "2026-12-31T23:59:59Z"},
        Case{"2026-12-31T23:59:55Z", "Jan  1 00:00:02", "2027-01-01T00:00:02Z"},
        Case{"2024-03-01T00:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00Z"},
        Case{"2025-01-10T00:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00Z"},
        Case{"2026-11-21T08:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00Z"},
        Case{"2102-11-21T08:00:00Z", "Feb 29 12:00:00", "2096-02-29T12:00:00Z"},
        Case{"2026-11-21T08:00:00Z", "Nov 21 03:30:03.5", "2026-11-21T03:30:03.5Z"},
        Case{"2026-11-21T08:00:00Z", "Nov  1 2024 03:30:03", "2024-11-01T03:30:03Z"},
        Case{"2026-11-21T08:00:00Z", "2024 Nov  1 03:30:03", "2024-11-01T03:30:03Z"},
        Case{"2026-11-21T08:00:00Z", "Nov  1 03:30:03 2024", "2024-11-01T03:30:03Z"},
        Case{"2026-11-21T08:00:00Z", "Sat Nov 21 03:30:03 2020", "2020-11-21T03:30:03Z"},
        Case{"2026-11-21T08:00:00Z", "Sat Nov 21 03:30:03", "2026-11-21T03:30:03Z"},
        Case{"2026-11-21T08:00:00Z", "2024:11:01-03:30:03", "2024-11-01T03:30:03Z"},
        Case{"2026-11-21T08:00:00Z", "Nov 21 03:30:03 CET", "2026-11-21T02:30:03Z"},
        Case{"2026-11-21T08:00:00Z", "Nov 21 03:30:03.5-0330", "2026-11-21T07:00:03.5Z"},
        Case{"2026-11-21T08:00:00Z", "Nov 21 03:30:03 PST", "2026-11-21T11:30:03Z"}}) {
    CAPTURE(c.now);
    CAPTURE(c.text);
    CHECK(syslog::parse_bsd_time(c.text, at(c.now)) == at(c.want));
  }
  const int64_t year = int64_t{365} * 86400 * 1'000'000'000;
  for (int64_t now = at("2023-01-01T00:00:00Z"); now < at("2028-01-01T00:00:00Z");
       now += int64_t{6} * 3600 * 1'000'000'000) {
    const auto time = syslog::parse_bsd_time("Jul  1 00:00:00", now);
    REQUIRE(time);
    CHECK(std::abs(*time - now) <= year / 2 + int64_t{86400} * 1'000'000'000);
  }
  CHECK(!syslog::parse_bsd_time("Feb 30 00:00:00", at("2026-11-21T08:00:00Z")));
  CHECK(!syslog::parse_bsd_time("Nov 21", at("2026-11-21T08:00:00Z")));
}
