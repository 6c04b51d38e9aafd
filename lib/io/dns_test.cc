#include "io/dns.h"

#include <doctest/doctest.h>

#include <future>

#include "tests/support/name_server.h"

namespace io {
namespace {

using support::NameServer;

/// "host:port host:port" or "error: ...".
std::string looked_up(Loop& loop, const NameServer& server, const std::string& name, DnsType type) {
  std::promise<std::string> answered;
  auto answer = answered.get_future();
  const auto query = DnsQuery::ask(
      loop, {name, type, server.address()}, [&](base::Result<std::vector<DnsRecord>> records) {
        std::string text;
        if (!records) return answered.set_value("error: " + records.error().message);
        for (const DnsRecord& record : *records)
          text += fmt::format("{}{}:{}", text.empty() ? "" : " ", record.target, record.port);
        answered.set_value(text);
      });
  REQUIRE(answer.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  return answer.get();
}

}  // namespace

TEST_CASE("dns: records of each type") {
  NameServer server;
  Loop loop;
  REQUIRE(loop.start());
  server.set("host.test", NameServer::kGood,
             {{NameServer::kA, "\x0a\x01\x02\x03"}, {NameServer::kA, "\x0a\x01\x02\x04"}});
  CHECK(looked_up(loop, server, "host.test", DnsType::a) == "10.1.2.3:0 10.1.2.4:0");
  server.set("six.test", NameServer::kGood,
             {{NameServer::kAaaa, std::string("\xfd") + std::string(14, '\0') + '\x01'}});
  CHECK(looked_up(loop, server, "six.test", DnsType::aaaa) == "fd00::1:0");
  server.set("_x._tcp.test", NameServer::kGood,
             {{NameServer::kSrv, NameServer::srv("a.test", 9100)},
              {NameServer::kSrv, NameServer::srv("b.test", 65535)}});
  CHECK(looked_up(loop, server, "_x._tcp.test", DnsType::srv) == "a.test:9100 b.test:65535");
  server.set("mail.test", NameServer::kGood,
             {{NameServer::kMx, NameServer::number(5) + NameServer::name("mx.test")}});
  CHECK(looked_up(loop, server, "mail.test", DnsType::mx) == "mx.test:0");
  server.set("zone.test", NameServer::kGood, {{NameServer::kNs, NameServer::name("ns.test")}});
  CHECK(looked_up(loop, server, "zone.test", DnsType::ns) == "ns.test:0");
}

TEST_CASE("dns: a name that does not exist has no records, and a server in trouble is an error") {
  NameServer server;
  Loop loop;
  REQUIRE(loop.start());
  CHECK(looked_up(loop, server, "nowhere.test", DnsType::a).empty());
  server.set("empty.test", NameServer::kGood);
  CHECK(looked_up(loop, server, "empty.test", DnsType::srv).empty());
  server.set("trouble.test", NameServer::kFailure);
  CHECK(looked_up(loop, server, "trouble.test", DnsType::a).starts_with("error: "));
  CHECK(looked_up(loop, server, std::string(300, 'x'), DnsType::a).starts_with("error: "));
}

TEST_CASE("dns: a long answer comes over TCP") {
  NameServer server;
  Loop loop;
  REQUIRE(loop.start());
  std::vector<std::pair<NameServer::Type, std::string>> records;
  for (int i = 1; i <= 100; ++i)
    records.emplace_back(NameServer::kA, std::string("\x0a\x01\x01") + static_cast<char>(i));
  server.set("many.test", NameServer::kGood, records);
  const std::string found = looked_up(loop, server, "many.test", DnsType::a);
  CHECK(std::count(found.begin(), found.end(), ' ') == 99);
  CHECK(server.over_tcp() == 1);
}

TEST_CASE("dns: a question is given up, and a loop ends with one under way") {
  Loop loop;
  REQUIRE(loop.start());
  std::promise<bool> answered;
  // Of nobody: no answer comes.
  const auto query = DnsQuery::ask(loop, {"x.test", DnsType::a, "192.0.2.1:53"},
                                   [&](const auto& records) { answered.set_value(!records); });
  query->cancel();
  query->cancel();
  auto answer = answered.get_future();
  REQUIRE(answer.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  CHECK(answer.get());
  DnsQuery::ask(loop, {"x.test", DnsType::a, "192.0.2.1:53"}, [](const auto&) {});
}

}  // namespace io
