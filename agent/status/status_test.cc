#include "agent/status/status.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "components/catalog.h"

using namespace agent::status;

TEST_CASE("status: read from the agent's answers") {
  const auto now = std::chrono::system_clock::from_time_t(2000);
  const auto status = read_answers(
      "# HELP loki_write_sent_entries_total Lines.\n"
      "loki_write_sent_entries_total{component_id=\"loki.write.a\",host=\"x\"} 5\n"
      "loki_write_sent_entries_total{component_id=\"loki.write.b\",host=\"y z\"} 7\n"
      "loki_write_dropped_entries_total{reason=\"rate_limited\"} 2\n"
      "loki_source_syslog_udp_dropped_total{component_id=\"s\"} 3\n"
      "loki_write_queue_entries{host=\"x\"} 40\n"
      "loki_write_sending_since_timestamp_seconds{host=\"x\"} 1990.5\n"
      "loki_write_sending_since_timestamp_seconds{host=\"y\"} 0\n"
      "process_start_time_seconds 500\n"
      "nonsense\n"
      "tributary_build_info{version=\"1.2.3\"} 1\n"
      "tributary_config_hash{sha256=\"abc\"} 1",
      R"([{"localID":"a","health":{"state":"healthy","message":""}},
          {"localID":"b","health":{"state":"unhealthy","message":"refused"}}, 7])",
      now);
  REQUIRE(status);
  CHECK(status->version == "1.2.3");
  CHECK(status->config == "abc");
  CHECK(status->sent == 12);
  CHECK(status->dropped == 5);
  CHECK(status->waiting == 40);
  CHECK(status->lag_seconds == doctest::Approx(9.5));
  CHECK(status->uptime_seconds == doctest::Approx(1500));
  REQUIRE(status->unhealthy.size() == 1);
  CHECK(status->unhealthy[0].id == "b");
  CHECK(!status->healthy());
  const auto json = nlohmann::json::parse(as_json(*status));
  CHECK(json["unhealthy"][0]["message"] == "refused");
  CHECK(as_text(*status).find("b: refused") != std::string::npos);
}

TEST_CASE("status: what is no agent") {
  const auto now = std::chrono::system_clock::now();
  CHECK(!read_answers("", "<html>", now));
  CHECK(!read_answers("", "{}", now));
  const auto starting = read_answers("", "[]", now);
  REQUIRE(starting);
  CHECK(!starting->healthy());
}

TEST_CASE("status: the role, which also asks Alloy, counts the same metrics") {
  const auto script = base::read_file("ansible/roles/tributary/files/status.py");
  REQUIRE(script.has_value());
  std::map<std::string, std::string> counted;  // Of the script: metric -> what it counts as.
  for (size_t at = 0; (at = script->find("    \"loki_", at)) != script->npos;) {
    const size_t end = script->find('"', at + 5), value = script->find('"', end + 1);
    counted[script->substr(at + 5, end - at - 5)] =
        script->substr(value + 1, script->find('"', value + 1) - value - 1);
    at = end;
  }
  std::map<std::string, std::string> wanted;
  for (const river::schema::Signature* signature : components::catalog().signatures) {
    for (const auto name : signature->flow.sent) wanted[std::string(name)] = "sent";
    for (const auto name : signature->flow.dropped) wanted[std::string(name)] = "dropped";
    for (const auto name : signature->flow.waiting) wanted[std::string(name)] = "waiting";
  }
  CHECK(counted == wanted);
}

TEST_CASE("status: the address is written as for run") {
  const auto answer = ask("unix:///nowhere/tributary.sock");
  REQUIRE(!answer);
  CHECK(answer.error().message.find("No such file") != std::string::npos);
  const auto every = ask(":1");
  REQUIRE(!every);
  CHECK(every.error().message.find("refused") != std::string::npos);
  CHECK(ask("12345").error().message.find("host:port") != std::string::npos);
}
