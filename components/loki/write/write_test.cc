#include "components/loki/write/write.h"

#include <doctest/doctest.h>

#include "components/loki/write/testing.h"

namespace components::loki::write {

using namespace testing;

TEST_CASE(
    "loki.write: lines arrive with labels, time and metadata, and the batch is acknowledged") {
  const auto loki = *Receiver::start();
  Running run(to(*loki));
  LogBatch batch = numbered(0, 2, Labels({{"job", "app"}, {"__internal", "x"}, {"q", "a\"b"}}));
  batch.metadata = {{batch.append("trace"), batch.append("t1")}};
  batch.entries[1].metadata_count = 1;
  run.receive(std::move(batch));
  REQUIRE(loki->wait_for(has(2)));
  CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
  const auto lines = loki->lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].labels == std::map<std::string, std::string>{{"job", "app"}, {"q", "a\"b"}});
  CHECK(lines[0].timestamp_ns == 1'700'000'000'000'000'000);
  CHECK(lines[0].text == "seq=000000000000 ");
  CHECK(lines[1].metadata == std::map<std::string, std::string>{{"trace", "t1"}});
  CHECK(io::http::find(loki->last_headers(), "User-Agent").starts_with("Tributary/"));
  CHECK(io::http::find(loki->last_headers(), "Content-Encoding") == "snappy");
  CHECK(io::http::find(loki->last_headers(), "X-Scope-OrgID") == "");
  run.check_conservation();
}

TEST_CASE("loki.write: names that no label may have are made names") {
  for (const bool has_external : {false, true}) {
    const auto loki = *Receiver::start();
    Arguments arguments = to(*loki);
    if (has_external) arguments.external_labels.entries = {{"site", "x"}};
    Running run(arguments);
    run.receive(
        numbered(0, 1, Labels({{"job", "app"}, {"a.b", "1"}, {"1st", "2"}, {"\xc3\xbc", "3"}})));
    REQUIRE(loki->wait_for(has(1)));
    std::map<std::string, std::string> wanted = {
        {"job", "app"}, {"a_b", "1"}, {"_st", "2"}, {"__", "3"}};
    if (has_external) wanted["site"] = "x";
    wanted.erase("__");  // Begins like what is not sent.
    CHECK(loki->lines()[0].labels == wanted);
  }
}

TEST_CASE("loki.write: without a thread it does not start, and does when there is one") {
  const auto loki = *Receiver::start();
  const auto second = *Receiver::start();
  Running run(to(*loki), false);
  {
    const base::ThreadShortage shortage;
    const auto started = run.write->start();
    REQUIRE_FALSE(started);
    CHECK(started.error().message.ends_with(
        "cannot start thread loki.write: Resource temporarily unavailable"));
  }
  REQUIRE(run.write->start());
  auto both = to(*loki);
  both.endpoint.push_back(to(*second).endpoint[0]);
  {
    const base::ThreadShortage shortage;
    CHECK_FALSE(static_cast<Component&>(*run.write).update(&both));
  }
  run.receive(numbered(0, 2, kApp));  // Waits in the queue of the endpoint without a thread.
  run.update(both);
  CHECK(loki->wait_for(has(2)));
  CHECK(second->wait_for(has(2)));
}

TEST_CASE("loki.write: a full request goes at once, small ones no oftener than batch_wait") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_wait = 1h;
  arguments.endpoint[0].batch_size.bytes = 10'000;
  Running run(arguments);
  run.receive(numbered(0, 100, kApp, 380));  // 100 lines of 397 bytes: 25 fill a request.
  REQUIRE(loki->wait_for(has(100)));         // The last of them a moment later.
  CHECK(loki->stats().requests <= 5);
  CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
  const auto requests = loki->stats().requests;
  run.receive(numbered(100, 1, kApp));  // Too soon for another small one: it waits.
  run.receive(numbered(101, 1, kApp));
  run.receive(numbered(102, 10, kApp, 380));  // More than a quarter, and nothing is on its way.
  REQUIRE(loki->wait_for(has(112)));
  CHECK(loki->stats().requests == requests + 1);
  run.end();
  check_whole(*loki, 112);
}

TEST_CASE("loki.write: many small batches share a request") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_wait = 1h;
  Running run(arguments);
  for (int i = 0; i < 500; ++i) run.receive(numbered(i, 1, kApp));
  run.end();
  check_whole(*loki, 500);
  CHECK(loki->stats().requests <= 2);  // The first ones go at once.
  CHECK(run.fates.delivered_count() == 500);
}

TEST_CASE("loki.write: a line after a quiet time does not wait for others") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_wait = 1h;
  Running run(arguments);
  run.receive(numbered(0, 1, kApp));
  CHECK(loki->wait_for(has(1)));
}

TEST_CASE("loki.write: what a client awaits goes at once, together with what has come meanwhile") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_wait = 1h;
  Running run(arguments);
  for (int i = 0; i < 20; i += 2) {  // Each but the first too soon for a small request.
    run.receive(numbered(i, 1, kApp));
    run.receive(numbered(i + 1, 1, kApp), Ack::Source::client);
    REQUIRE(eventually([&] { return run.fates.delivered_count() == static_cast<size_t>(i) + 2; }));
  }
  loki->set_mode("stall");
  const auto requests = loki->stats().requests;
  for (int i = 20; i < 120; ++i) run.receive(numbered(i, 1, kApp), Ack::Source::client);
  loki->set_mode("ok");
  REQUIRE(eventually([&] { return run.fates.delivered_count() == 120; }));
  CHECK(loki->stats().requests <= requests + 20);
  check_whole(*loki, 120);
}

TEST_CASE("loki.write: each of the batches in an open request keeps its acknowledgement") {
  // Batches that come one by one may use the memory of those before them again.
  const auto loki = *Receiver::start();
  loki->set_mode("500");
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_wait = 1h;
  arguments.endpoint[0].batch_size.bytes = 80'000;
  Running run(arguments);
  // Two open requests together are full, so that each batch after them is taken at once.
  for (const char* tenant : {"a", "b"})
    run.receive(numbered(0, 1, Labels({{"__tenant_id__", tenant}}), 60'000));
  for (int i = 0; i < 40; ++i)
    run.receive(numbered(i, 1, Labels({{"__tenant_id__", "c"}}), 10'000));
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 2; }));
  CHECK(run.fates.delivered_count() == 0);
}

TEST_CASE("loki.write: an outage of any kind loses, repeats and reorders nothing") {
  for (const std::string mode :
       {"500", "503", "429", "302", "401", "403", "404", "405", "407", "408", "drop"}) {
    CAPTURE(mode);
    const auto loki = *Receiver::start();
    auto arguments = to(*loki);
    arguments.endpoint[0].batch_size.bytes = 2000;
    Running run(arguments);
    run.receive(numbered(0, 10, kApp));
    REQUIRE(loki->wait_for(has(10)));
    loki->set_mode(mode);
    for (int i = 10; i < 1000; i += 10) run.receive(numbered(i, 10, kApp));
    const auto refused = loki->stats().refused;
    REQUIRE(loki->wait_for([&](const auto& s) { return s.refused >= refused + 15; }));
    CHECK(eventually([&] { return run.write->health().state == Health::State::unhealthy; }));
    CHECK(run.fates.delivered_count() <= 1);
    run.check_conservation();
    loki->set_mode("ok");
    REQUIRE(loki->wait_for(has(1000)));
    CHECK(eventually([&] { return run.fates.delivered_count() == 100; }));
    check_whole(*loki, 1000);
    CHECK(eventually([&] { return run.write->health().state == Health::State::healthy; }));
    // A kept connection that is closed without an answer is replaced silently, once.
    CHECK(run.metric("loki_write_batch_retries_total") >= 14);
    CHECK(eventually([&] { return run.metric("tributary_component_buffered_bytes") == 0; }));
    run.check_conservation();
  }
}

TEST_CASE("loki.write: a server that stalls is given up on after remote_timeout") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].remote_timeout = 200ms;
  Running run(arguments);
  loki->set_mode("stall");
  run.receive(numbered(0, 10, kApp));
  REQUIRE(loki->wait_for([](const auto& s) { return s.requests >= 2; }));
  loki->set_mode("ok");
  REQUIRE(loki->wait_for(has(10)));
  // Lines may come twice: on a slow machine a timeout can also hit a try that was taken.
  CHECK(loki->stats().out_of_order == 0);
  CHECK(run.metric("loki_write_request_duration_seconds_count", "status_code=\"-1\"") >= 1);
}

TEST_CASE("loki.write: nobody listens at first") {
  auto loki = *Receiver::start();
  const std::string address = loki->address();
  const auto arguments = to(*loki);
  loki.reset();
  Running run(arguments);
  run.receive(numbered(0, 10, kApp));
  CHECK(eventually([&] { return run.write->health().state == Health::State::unhealthy; }));
  CHECK(run.write->health().message.find("refused") != std::string::npos);
  Receiver::Options options;
  options.address = address;
  loki = *Receiver::start(options);
  REQUIRE(loki->wait_for(has(10)));
}

TEST_CASE("loki.write: 429 with Retry-After waits that long") {
  const auto loki = *Receiver::start();
  Running run(to(*loki));
  loki->set_mode("429", 0ms, "1");
  const auto start = Clock::now();
  run.receive(numbered(0, 1, kApp));
  REQUIRE(loki->wait_for([](const auto& s) { return s.requests == 1; }));
  loki->set_mode("ok");
  REQUIRE(loki->wait_for(has(1)));
  CHECK(Clock::now() - start >= 1s);
  CHECK(loki->stats().requests == 2);
}

TEST_CASE("loki.write: what is refused for good is dropped, counted and acknowledged") {
  struct Case {
    std::string mode;
    bool retry_on_429;
    std::optional<int64_t> tries;
    std::string reason;
    uint64_t requests;
  };
  for (const auto& c :
       {Case{"400", true, {}, "ingester_error", 13}, Case{"422", true, {}, "ingester_error", 13},
        Case{"413", true, {}, "line_too_long", 13}, Case{"429", false, {}, "rate_limited", 1},
        Case{"500", true, 3, "ingester_error", 3}, Case{"404", true, 3, "ingester_error", 3}}) {
    CAPTURE(c.mode);
    const auto loki = *Receiver::start();
    auto arguments = to(*loki);
    arguments.endpoint[0].retry_on_http_429 = c.retry_on_429;
    arguments.endpoint[0].max_backoff_retries = c.tries;
    Running run(arguments);
    loki->set_mode(c.mode);
    run.receive(numbered(0, 7, kApp));
    CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
    CHECK(run.metric("loki_write_dropped_entries_total", "reason=\"" + c.reason + "\"") == 7);
    CHECK(run.metric("loki_write_dropped_entries_total") == 7);
    CHECK(run.metric("loki_write_dropped_bytes_total") == 7 * 17);
    CHECK(loki->stats().requests == c.requests);
    run.check_conservation();
    loki->set_mode("ok");
    run.receive(numbered(7, 7, kApp));
    REQUIRE(loki->wait_for(has(7)));
  }
}

TEST_CASE("loki.write: what a person can put right is unhealthy at once, and says what to do") {
  struct Case {
    std::string mode, advice;
  };
  for (const Case& c :
       {Case{"401", "password"}, Case{"403", "rights"}, Case{"404", "path of the url"},
        Case{"407", "proxy"}, Case{"302", "set the url"}}) {
    CAPTURE(c.mode);
    const auto loki = *Receiver::start();
    auto arguments = to(*loki);
    arguments.endpoint[0].min_backoff_period = 1h;
    arguments.endpoint[0].max_backoff_period = 1h;
    Running run(arguments);
    loki->set_mode(c.mode);
    run.receive(numbered(0, 7, kApp));
    CHECK(eventually([&] { return run.write->health().state == Health::State::unhealthy; }));
    const std::string message = run.write->health().message;
    CAPTURE(message);
    CHECK(message.find(loki->address()) != std::string::npos);
    CHECK(message.find("HTTP " + c.mode) != std::string::npos);
    CHECK(message.find(c.advice) != std::string::npos);
    CHECK(loki->stats().requests == 1);
    CHECK(run.fates.delivered_count() == 0);
    loki->set_mode("ok");
    arguments.endpoint[0].min_backoff_period = 2ms;
    arguments.endpoint[0].max_backoff_period = 10ms;
    run.update(arguments);  // Ends the hour's wait, and new limits count at once.
    REQUIRE(loki->wait_for(has(7)));
    CHECK(eventually([&] { return run.write->health().state == Health::State::healthy; }));
  }
}

TEST_CASE("loki.write: the time between tries follows a reload") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].min_backoff_period = 1h;
  arguments.endpoint[0].max_backoff_period = 1h;
  Running run(arguments);
  loki->set_mode("500");
  run.receive(numbered(0, 1, kApp));
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused == 1; }));
  arguments.endpoint[0].min_backoff_period = 2ms;
  arguments.endpoint[0].max_backoff_period = 10ms;
  run.update(arguments);
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 5; }));
}

TEST_CASE("loki.write: tenants go apart, external labels lose") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].tenant_id = "main";
  arguments.external_labels.entries = {{"cluster", "c1"}, {"job", "external"}};
  Running run(arguments);
  LogBatch batch = numbered(0, 1, kApp);
  batch.add(1, "seq=000000000001", Labels({{"__tenant_id__", "other"}}));
  batch.add(1, "seq=000000000002", Labels({{"__tenant_id__", "other"}, {"job", "b"}}));
  batch.add(1, "seq=000000000003", kApp);
  run.receive(std::move(batch));
  REQUIRE(loki->wait_for(has(4)));
  std::map<std::string, std::pair<std::string, std::string>> by_line;
  for (const auto& line : loki->lines()) {
    CHECK(line.labels.at("cluster") == "c1");
    CHECK(line.labels.size() == 2);
    by_line[line.text.substr(4, 12)] = {line.tenant, line.labels.at("job")};
  }
  CHECK(by_line["000000000000"] == std::pair<std::string, std::string>{"main", "app"});
  CHECK(by_line["000000000001"] == std::pair<std::string, std::string>{"other", "external"});
  CHECK(by_line["000000000002"] == std::pair<std::string, std::string>{"other", "b"});
  CHECK(by_line["000000000003"] == std::pair<std::string, std::string>{"main", "app"});
  CHECK(loki->stats().requests == 2);
  CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
  CHECK(run.metric("loki_write_sent_entries_total", "tenant=\"other\"") == 2);
}

TEST_CASE("loki.write: a tenant that cannot be sent costs its own lines only") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].tenant_id = "main";
  Running run(arguments);
  LogBatch batch = numbered(0, 1, kApp);
  for (const std::string& bad :
       {std::string("a\nb"), std::string("a\0b", 3), std::string(151, 'x'), std::string("\xff")})
    batch.add(1, "bad", Labels({{"__tenant_id__", bad}}));
  batch.add(1, "seq=000000000001", kApp);
  run.receive(std::move(batch));
  REQUIRE(loki->wait_for(has(2)));
  CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
  CHECK(loki->stats().lines == 2);
  CHECK(run.metric("loki_write_dropped_entries_total",
                   "tenant=\"main\",reason=\"invalid_tenant\"") == 4);
  run.check_conservation();
}

TEST_CASE("loki.write: tenants that lines invent do not grow the metrics without end") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  Running run(arguments);
  LogBatch batch;
  for (int i = 0; i < 1200; ++i)
    batch.add(1, "x", Labels({{"__tenant_id__", fmt::format("t{}", i)}}));
  run.receive(std::move(batch));
  CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
  CHECK(run.metric("loki_write_sent_entries_total") == 1200);
  CHECK(run.metric("loki_write_sent_entries_total", "tenant=\"(others)\"") >= 200);
  run.check_conservation();
}

TEST_CASE("loki.write: losses are counted for the tenant of the lines") {
  const auto loki = *Receiver::start();
  loki->set_mode("500");
  auto arguments = to(*loki);
  arguments.endpoint[0].tenant_id = "main";
  arguments.endpoint[0].queue_config.capacity.bytes = 1;
  arguments.endpoint[0].queue_config.block_on_overflow = false;
  arguments.endpoint[0].queue_config.drain_timeout = 50ms;
  Running run(arguments);
  const Labels other({{"__tenant_id__", "other"}});
  run.receive(numbered(0, 1, other));
  run.receive(numbered(1, 2, other));
  run.receive(numbered(3, 4, kApp));
  CHECK(run.metric("loki_write_dropped_entries_total",
                   "tenant=\"other\",reason=\"queue_is_full\"") == 2);
  CHECK(run.metric("loki_write_dropped_entries_total",
                   "tenant=\"main\",reason=\"queue_is_full\"") == 4);
  const auto elsewhere = *Receiver::start();
  Arguments moved = to(*elsewhere);
  moved.endpoint[0].name = "another";
  run.update(moved);
  CHECK(eventually([&] {
    return run.metric("loki_write_dropped_entries_total",
                      "tenant=\"other\",reason=\"endpoint_removed\"") == 1;
  }));
}

TEST_CASE("loki.write: the series follow an endpoint to another host") {
  const auto old_loki = *Receiver::start();
  const auto new_loki = *Receiver::start();
  old_loki->set_mode("500");
  Running run(to(*old_loki));
  run.receive(numbered(0, 10, kApp));
  REQUIRE(old_loki->wait_for([](const auto& s) { return s.refused >= 2; }));
  run.update(to(*new_loki));
  REQUIRE(new_loki->wait_for(has(10)));
  const std::string host = "host=\"" + new_loki->address() + "\"";
  const std::string endpoint = "endpoint=\"" + new_loki->address() + "\"";
  CHECK(eventually([&] { return run.metric("loki_write_sent_entries_total", host) == 10; }));
  CHECK(run.metric("tributary_component_received_total", endpoint) == 10);
  CHECK(eventually([&] { return run.metric("tributary_component_buffered") == 0; }));
  CHECK(run.registry.expose().find(old_loki->address()) == std::string::npos);
  run.check_conservation();
}

TEST_CASE("loki.write: max_streams") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.max_streams = 2;
  Running run(arguments);
  LogBatch batch;
  for (int i = 0; i < 10; ++i)
    batch.add(i, fmt::format("seq={:012}", i), Labels({{"n", std::to_string(i % 5)}}));
  run.receive(std::move(batch));
  CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
  CHECK(loki->stats().lines == 4);
  CHECK(loki->stats().streams == 2);
  CHECK(run.metric("loki_write_dropped_entries_total", "stream_limited") == 6);
  run.check_conservation();
}

TEST_CASE("loki.write: logs in, and sends the headers that it is told to") {
  const auto loki = *Receiver::start();
  struct Case {
    std::string name;
    std::function<void(EndpointArguments&)> set;
    std::string header, value;
  };
  for (const auto& c :
       {Case{"basic",
             [](auto& e) {
               e.http.basic_auth = {"u", base::Secret("p"), ""};
             },
             "Authorization", "Basic dTpw"},
        Case{"bearer", [](auto& e) { e.http.bearer_token = base::Secret("t"); }, "Authorization",
             "Bearer t"},
        Case{"authorization",
             [](auto& e) {
               e.http.authorization = {"Token", base::Secret("t"), ""};
             },
             "Authorization", "Token t"},
        Case{"headers",
             [](auto& e) {
               e.headers = {{"X-A", "1"}};
             },
             "X-A", "1"},
        Case{"no override",
             [](auto& e) {
               e.headers = {{"content-encoding", "gzip"}};
             },
             "Content-Encoding", "snappy"},
        Case{"http_headers",
             [](auto& e) {
               e.http.http_headers = {{"X-B", {base::Secret("2")}}};
             },
             "X-B", "2"},
        Case{"tenant", [](auto& e) { e.tenant_id = "t1"; }, "X-Scope-OrgID", "t1"}}) {
    CAPTURE(c.name);
    loki->reset();
    auto arguments = to(*loki);
    c.set(arguments.endpoint[0]);
    Running run(arguments);
    run.receive(numbered(0, 1, kApp));
    REQUIRE(loki->wait_for(has(1)));
    CHECK(io::http::find(loki->last_headers(), c.header) == c.value);
  }
}

TEST_CASE("loki.write: a secret's file that cannot be read is trouble, not a loss") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].http.bearer_token_file = "/nowhere/token";
  Running run(arguments);
  run.receive(numbered(0, 1, kApp));
  CHECK(eventually([&] { return run.write->health().state == Health::State::unhealthy; }));
  run.update(to(*loki));
  REQUIRE(loki->wait_for(has(1)));
}

}  // namespace components::loki::write
