#include "components/discovery/dns/dns.h"

#include <doctest/doctest.h>

#include "tests/support/name_server.h"

namespace components::discovery::dns {
namespace {

using river::schema::Target;
using river::schema::Targets;
using support::NameServer;

}  // namespace

TEST_CASE("discovery.dns: a target for each record") {
  CHECK(targets_of("_x._tcp.test", RecordType::srv, 0, {{"b.test", 2}, {"a.test", 1}}) ==
        Targets{{{"__address__", "a.test:1"},
                 {"__meta_dns_name", "_x._tcp.test"},
                 {"__meta_dns_srv_record_port", "1"},
                 {"__meta_dns_srv_record_target", "a.test."}},
                {{"__address__", "b.test:2"},
                 {"__meta_dns_name", "_x._tcp.test"},
                 {"__meta_dns_srv_record_port", "2"},
                 {"__meta_dns_srv_record_target", "b.test."}}});
  CHECK(targets_of("n", RecordType::a, 80, {{"10.1.2.3"}}) ==
        Targets{{{"__address__", "10.1.2.3:80"}, {"__meta_dns_name", "n"}}});
  CHECK(targets_of("n", RecordType::aaaa, 80, {{"fd00::1"}}) ==
        Targets{{{"__address__", "[fd00::1]:80"}, {"__meta_dns_name", "n"}}});
  CHECK(targets_of("n", RecordType::mx, 25, {{"mx.test"}}) ==
        Targets{{{"__address__", "mx.test:25"},
                 {"__meta_dns_mx_record_target", "mx.test."},
                 {"__meta_dns_name", "n"}}});
  CHECK(targets_of("n", RecordType::ns, 53, {{"ns.test"}}) ==
        Targets{{{"__address__", "ns.test:53"},
                 {"__meta_dns_name", "n"},
                 {"__meta_dns_ns_record_target", "ns.test."}}});
}

TEST_CASE("discovery.dns: targets follow the records, and a name in trouble keeps its own") {
  NameServer server;
  base::metrics::Registry registry;
  const base::metrics::Scope scope(registry, "discovery.dns.test");
  base::Mutex mutex;
  base::Condition changed;
  std::string found = "nothing";
  io::Loop loop;
  REQUIRE(loop.start());
  Arguments arguments;
  arguments.names = {"one.test", "two.test", "one.test"};
  arguments.type = RecordType::a;
  arguments.port = 80;
  arguments.refresh_interval = std::chrono::milliseconds(10);
  server.set("one.test", NameServer::kGood, {{NameServer::kA, "\x0a\x01\x01\x01"}});
  server.set("two.test", NameServer::kGood, {{NameServer::kA, "\x0a\x02\x02\x02"}});
  const auto lookups = std::make_shared<Lookups>(
      loop, Lookups::Options{.arguments = arguments,
                             .servers = server.address(),
                             .lookups = scope.counter("lookups", ""),
                             .failures = scope.counter("failures", ""),
                             .log = base::Logger("test"),
                             .on_targets = [&](const Targets& targets) {
                               base::Lock lock(mutex);
                               found.clear();
                               for (const Target& target : targets)
                                 found += (*target.find("__address__")).second + " ";
                               changed.notify_all();
                             }});
  const auto wait_for = [&](std::string_view wanted) {
    base::Lock lock(mutex);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (found != wanted) REQUIRE(changed.wait_until(mutex, until) == std::cv_status::no_timeout);
  };
  lookups->start();
  wait_for("10.1.1.1:80 10.2.2.2:80 ");
  CHECK(lookups->health().state == Health::State::healthy);
  server.set("one.test", NameServer::kGood, {{NameServer::kA, "\x0a\x01\x01\x02"}});
  server.set("two.test", NameServer::kFailure);
  wait_for("10.1.1.2:80 10.2.2.2:80 ");
  server.set("one.test", NameServer::kNoName);
  wait_for("10.2.2.2:80 ");
  server.set("two.test", NameServer::kGood);
  wait_for("");
  lookups->stop();
}

}  // namespace components::discovery::dns
