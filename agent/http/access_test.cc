#include "agent/http/access.h"

#include <doctest/doctest.h>

#include "agent/http/api.h"

using components::config_blocks::http::Auth;
using components::config_blocks::http::Filter;

TEST_CASE("http access: who is let in") {
  Auth auth;
  auth.basic = {.username = "admin", .password = base::Secret("s3cret")};
  const std::string right = "Basic YWRtaW46czNjcmV0";  // admin:s3cret
  struct Case {
    const char* what;
    std::optional<Filter> filter;
    std::string path, header;
    bool allowed;
  };
  const Filter only_reload{.paths = {"/-/reload"}, .authenticate_matching_paths = true};
  const Filter all_but_metrics{.paths = {"/metrics"}, .authenticate_matching_paths = false};
  for (const Case& c : {
           Case{"no login given", {}, "/metrics", "", false},
           Case{"the right one", {}, "/metrics", right, true},
           Case{"a wrong one", {}, "/metrics", "Basic YWRtaW46d3Jvbmc=", false},
           Case{"another scheme", {}, "/metrics", "Bearer YWRtaW46czNjcmV0", false},
           Case{"path outside the filter", only_reload, "/metrics", "", true},
           Case{"path inside the filter", only_reload, "/-/reload", "", false},
           Case{"path that is let be", all_but_metrics, "/metrics", "", true},
           Case{"every other path", all_but_metrics, "/-/reload", "", false},
       }) {
    CAPTURE(c.what);
    auth.filter = c.filter;
    agent::http::Access access;
    access.configure(&auth);
    io::http::Request request;
    request.target = c.path;
    if (!c.header.empty()) request.headers.push_back({"authorization", c.header});
    CHECK(access.allows(request) == c.allowed);
  }
}

TEST_CASE("http access: without the block everybody is let in") {
  agent::http::Access access;
  access.configure(nullptr);
  CHECK(access.allows({}));
}

TEST_CASE("http access: nobody is let in before a configuration says who may") {
  agent::http::Access access;
  CHECK_FALSE(access.is_open());
  CHECK_FALSE(access.allows({}));
}

TEST_CASE("http: the page of health shows what comes from outside, in a line of UTF-8") {
  agent::graph::ComponentStatus component;
  component.id = "loki.write.a";
  component.health = {components::Health::State::unhealthy,
                      "caf\xe9 \x1f\x8b\xff\x1b[31m\n\xc2\x9b \u20ac"};
  const auto page = agent::http::healthy_answer({component});
  CHECK(page.status == 500);
  CHECK(page.body ==
        "unhealthy components:\nloki.write.a: caf\uFFFD \\x1f\uFFFD\uFFFD\\x1b[31m\\x0a\\x9b "
        "\u20ac\n");
}
