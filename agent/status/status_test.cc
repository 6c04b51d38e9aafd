#include "agent/status/status.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

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
