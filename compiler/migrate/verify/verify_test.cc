#include "compiler/migrate/verify/verify.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "compiler/migrate/report/testing.h"
#include "io/http/server.h"
#include "tests/support/receiver.h"

using namespace compiler::migrate;
using namespace compiler::migrate::verify;
using compiler::migrate::report::testing::add;

namespace {

constexpr int64_t kNow = 1'700'000'000'000'000'000;

VerifyOptions options_for(const std::string& address) {
  VerifyOptions options;
  auto access = loki_access("http://" + address);
  REQUIRE(access.has_value());
  options.access = std::move(*access);
  options.range = {kNow - 3'600'000'000'000, kNow};
  return options;
}

/// Pushes `count` lines to one stream, a second apart, the last one a second before kNow.
void push(const support::Receiver& receiver, const nlohmann::json& labels, int count,
          const std::string& text) {
  nlohmann::json values = nlohmann::json::array();
  for (int i = count; i > 0; --i)
    values.push_back({std::to_string(kNow - int64_t{i} * 1'000'000'000), text});
  const std::string body =
      base::json_text(nlohmann::json{{"streams", {{{"stream", labels}, {"values", values}}}}});
  auto url = io::http::parse_url(receiver.url());
  REQUIRE(url.has_value());
  io::http::Client client(*url);
  io::http::Request request{"POST", url->target, {{"Content-Type", "application/json"}}, body};
  const auto answer = client.send(request, std::chrono::seconds(10), {});
  REQUIRE(answer.has_value());
  REQUIRE(answer->status == 204);
}

report::Report report_of(const std::vector<std::pair<std::string, std::string>>& queries) {
  report::Report report;
  report.documents.emplace_back();
  for (const auto& [old, proposed] : queries)
    add(report, old, impact::Verdict::empty, "", {}).proposal = impact::Proposal{proposed, {}, ""};
  return report;
}

}  // namespace

TEST_CASE("verify: counts of old and proposed queries") {
  const auto receiver = support::Receiver::start();
  REQUIRE(receiver.has_value());
  push(**receiver, {{"job", "kairos"}, {"hostname", "puck"}}, 5, "an error");
  push(**receiver, {{"service", "kairos"}, {"component", "app"}}, 3, "an error");
  push(**receiver, {{"service", "kairos"}, {"component", "db"}}, 2, "an error");
  push(**receiver, {{"service", "ariel"}}, 4, "fine");
  struct Case {
    std::string old, proposed;
    uint64_t old_lines, new_lines, old_streams, new_streams;
    bool agrees;
    std::string_view note;
  };
  const Case cases[] = {
      {R"({job="kairos"})", R"({service="kairos"})", 5, 5, 1, 2, true, "both find as many lines"},
      {R"(sum(rate({job="kairos"} |= "error" [5m])) > 0)",
       R"(sum(rate({service="kairos"} |= "error" [5m])) > 0)", 5, 5, 1, 2, true,
       "both find as many lines"},
      {R"({job="kairos"} != "error")", R"({service="kairos"} != "error")", 0, 0, 1, 2, false,
       "neither finds a line in this time: nothing was compared"},
      {R"({job="ariel"})", R"({service="ariel"})", 0, 4, 0, 1, false,
       "only the proposed query finds lines: the service has moved"},
      {R"({job="kairos"} |~ "an? err")", R"({service="caliban"})", 5, 0, 1, 0, false,
       "only the old query finds lines: the service has not moved in this time, or the proposal is "
       "wrong"},
      {R"({job="kairos"})", R"({service=~"kairos|ariel"})", 5, 9, 1, 3, false,
       "both find lines, but not as many: the service moved within this time, or the proposal "
       "means something else"},
      {R"({job="$job"})", R"({service="$job"})", 5, 9, 1, 3, false,
       "both find lines, but not as many: the service moved within this time, or the proposal "
       "means something else; $job is assumed to be .+"},
  };
  report::Report report;
  for (const auto& c : cases) {
    CAPTURE(c.old);
    report = report_of({{c.old, c.proposed}});
    const auto got = verify::verify(report, options_for((*receiver)->address()));
    REQUIRE(got.has_value());
    REQUIRE(got->size() == 1);
    const report::Comparison& counts = got->front();
    CHECK(counts.asked);
    CHECK(counts.old_lines == c.old_lines);
    CHECK(counts.new_lines == c.new_lines);
    CHECK(counts.old_streams == c.old_streams);
    CHECK(counts.new_streams == c.new_streams);
    CHECK(counts.agrees == c.agrees);
    CHECK(counts.note == c.note);
  }
}

TEST_CASE("verify: what cannot be asked says so, the rest is asked") {
  const auto receiver = support::Receiver::start();
  REQUIRE(receiver.has_value());
  report::Report report = report_of({{R"({job!="$j", a="b"})", R"({service="x"})"},
                                     {R"({job="a"} | json)", R"({service="a"} | json)"},
                                     {R"({job="a"})", R"({service="a"})"}});
  add(report, "{a=\"b\"}", impact::Verdict::empty, "", {});                    // No proposal.
  add(report, "{a=\"b\"}", impact::Verdict::same, "", {}).proposal.emplace();  // Nothing changes.
  add(report, "a", impact::Verdict::empty, "", {}).proposal = impact::Proposal{"b", {}, ""};
  report.documents.back().uses.back().kind = documents::UseKind::label_name;
  const auto got = verify::verify(report, options_for((*receiver)->address()));
  REQUIRE(got.has_value());
  REQUIRE(got->size() == 3);
  CHECK_FALSE((*got)[0].asked);
  CHECK((*got)[0].note == "$j is used in a negative matcher, where no single value can replace it");
  CHECK_FALSE((*got)[1].asked);
  CHECK((*got)[1].note ==
        "the old query: HTTP 400: not supported here: a stage that is no line filter");
  CHECK((*got)[2].asked);
  CHECK((*got)[2].finding == 2);
}

TEST_CASE("verify: a backend that is not there, or not ours, is one error") {
  const report::Report report = report_of({{"{a=\"b\"}", "{c=\"d\"}"}});
  std::string address;
  {
    const auto receiver = support::Receiver::start();
    REQUIRE(receiver.has_value());
    address = (*receiver)->address();
  }
  const auto down = verify::verify(report, options_for(address));
  REQUIRE_FALSE(down.has_value());
  CHECK(down.error().message ==
        "http://" + address + ": " + address + ": connect: Connection refused");

  const auto other = io::http::Server::listen("127.0.0.1:0", [](const io::http::Request&) {
    return io::http::Response{200, {}, "hi"};
  });
  REQUIRE(other.has_value());
  const auto foreign = verify::verify(report, options_for((*other)->address()));
  REQUIRE_FALSE(foreign.has_value());
  CHECK(foreign.error().message ==
        "http://" + (*other)->address() + ": the server there is not Loki");
}

TEST_CASE("verify: who asks comes from the environment") {
  std::string seen_authorization, seen_tenant, seen_path;
  const auto server =
      io::http::Server::listen("127.0.0.1:0", [&](const io::http::Request& request) {
        seen_authorization = io::http::find(request.headers, "Authorization");
        seen_tenant = io::http::find(request.headers, "X-Scope-OrgID");
        seen_path = request.path();
        return io::http::Response{403, {}, "go away\x1b[2J\n"};
      });
  REQUIRE(server.has_value());
  ::setenv("LOKI_USERNAME", "reader", 1);
  ::setenv("LOKI_PASSWORD", "pass", 1);
  ::setenv("LOKI_ORG_ID", "team", 1);
  VerifyOptions options = options_for((*server)->address() + "/logs/loki/api/v1/push");
  ::setenv("LOKI_BEARER_TOKEN", "t", 1);
  CHECK_FALSE(loki_access("http://loki").has_value());  // Two ways at once.
  ::unsetenv("LOKI_USERNAME");
  VerifyOptions with_token = options_for((*server)->address() + "/");
  for (const char* name : {"LOKI_PASSWORD", "LOKI_ORG_ID", "LOKI_BEARER_TOKEN"}) ::unsetenv(name);

  const auto refused = verify::verify(report::Report(), options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message ==
        "http://" + (*server)->address() + "/logs: HTTP 403: go away\\u{1b}[2J");
  CHECK(seen_authorization == "Basic cmVhZGVyOnBhc3M=");
  CHECK(seen_tenant == "team");
  CHECK(seen_path == "/logs/loki/api/v1/labels");
  CHECK_FALSE(verify::verify(report::Report(), with_token).has_value());
  CHECK(seen_authorization == "Bearer t");
  CHECK(seen_path == "/loki/api/v1/labels");
}
