#include "agent/status/status.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

using namespace agent::status;

TEST_CASE("status: read from the agent's answers") {
  const auto now = std::chrono::system_clock::from_time_t(2000);
  const auto status = read_answers(
      "# HELP tributary_component_sent_total Lines.\n"
      "tributary_component_sent_total{component_id=\"src\",unit=\"lines\"} 100\n"
      "tributary_component_sent_total{component_id=\"a\",endpoint=\"x\",unit=\"lines\"} 5\n"
      "tributary_component_sent_total{component_id=\"b\",endpoint=\"y z\",unit=\"lines\"} 7\n"
      "tributary_component_dropped_total{component_id=\"a\",reason=\"x\",intentional=\"false\"} 2\n"
      "tributary_component_dropped_total{component_id=\"a\",reason=\"y\",intentional=\"true\"} 64\n"
      "tributary_component_lost_total{component_id=\"src\"} 3\n"
      "tributary_component_buffered{component_id=\"a\",endpoint=\"x\"} 38\n"
      "tributary_component_held{component_id=\"src\"} 2\n"
      "tributary_component_buffered_bytes{component_id=\"a\",endpoint=\"x\"} 9999\n"
      "tributary_component_lag_seconds{component_id=\"a\",endpoint=\"x\"} 9.5\n"
      "tributary_component_lag_seconds{component_id=\"src\"} 0\n"
      "process_start_time_seconds 500\n"
      "nonsense\n"
      "tributary_build_info{version=\"1.2.3\"} 1\n"
      "tributary_config_hash{sha256=\"abc\"} 1",
      R"([{"localID":"a","health":{"state":"healthy","message":""}},
          {"localID":"src","referencesTo":["files","a"]}, {"localID":"files"},
          {"localID":"b","referencesTo":["files"],
           "health":{"state":"unhealthy","message":"refused"}}, 7])",
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
  const auto json = base::parse_json(as_json(*status));
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

TEST_CASE("status: the address is written as for run") {
  const auto answer = ask("unix:///nowhere/tributary.sock");
  REQUIRE(!answer);
  CHECK(answer.error().message.find("No such file") != std::string::npos);
  const auto every = ask(":1");
  REQUIRE(!every);
  CHECK(every.error().message.find("refused") != std::string::npos);
  CHECK(ask("12345").error().message.find("host:port") != std::string::npos);
}
