#include "io/http/message.h"

#include <doctest/doctest.h>

#include "io/http/url.h"

using io::http::parse_url;
using io::http::Request;

TEST_CASE("message: headers are set in place of those of their name, and removed") {
  io::http::Headers headers{{"X-A", "1"}, {"x-a", "2"}, {"B", "3"}};
  io::http::set_header(headers, "X-a", "4");
  CHECK(io::http::find(headers, "x-A") == "4");
  CHECK(headers.size() == 2);
  CHECK(io::http::remove_header(headers, "b"));
  CHECK_FALSE(io::http::remove_header(headers, "b"));
  CHECK(headers.size() == 1);
}

TEST_CASE("request: path and query parameters") {
  struct Case {
    std::string target, path, mode;
    bool found;
  };
  for (const auto& c :
       {Case{"/ctl?mode=500&for=5", "/ctl", "500", true},
        Case{"/ctl?for=5&mode=a%20b+c%2B", "/ctl", "a b c+", true},
        Case{"/ctl?mode=100%", "/ctl", "100%", true}, Case{"/ctl?mode=%zz", "/ctl", "%zz", true},
        Case{"/ctl?mode", "/ctl", "", true}, Case{"/ctl", "/ctl", "", false},
        Case{"/ctl?modes=1&&", "/ctl", "", false}}) {
    CAPTURE(c.target);
    Request request;
    request.target = c.target;
    CHECK(request.path() == c.path);
    CHECK(request.query("mode").has_value() == c.found);
    CHECK(request.query("mode").value_or("") == c.mode);
  }
}

TEST_CASE("headers: found without regard to case") {
  const io::http::Headers headers = {{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};
  CHECK(io::http::find(headers, "content-TYPE") == "text/plain");
  CHECK(io::http::find(headers, "X-a") == "1");
  CHECK(io::http::find(headers, "X-") == "");
}

TEST_CASE("url: parts") {
  struct Case {
    std::string text, host, target, host_header;
    int port;
  };
  for (const auto& c :
       {Case{"http://loki:3100/loki/api/v1/push", "loki", "/loki/api/v1/push", "loki:3100", 3100},
        Case{"http://loki", "loki", "/", "loki", 80},
        Case{"https://loki?a=b#c", "loki", "/?a=b", "loki", 443},
        Case{"https://[::1]:3100/x", "::1", "/x", "[::1]:3100", 3100},
        Case{"unix:///run/docker.sock", "/run/docker.sock", "/", "localhost", 0}}) {
    CAPTURE(c.text);
    const auto url = parse_url(c.text);
    REQUIRE(url.has_value());
    CHECK(url->host == c.host);
    CHECK(url->target == c.target);
    CHECK(url->host_header() == c.host_header);
    CHECK(url->port == c.port);
  }
  CHECK(parse_url("http://user:pass@loki")->authorization == "Basic dXNlcjpwYXNz");
}

TEST_CASE("http: the time of a header") {
  const auto date = io::http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT");
  REQUIRE(date.has_value());
  CHECK(std::chrono::system_clock::to_time_t(*date) == 784111777);
  for (const char* text : {"", "120", "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 GMT x", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun, 06 Nov 0994 08:49:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(io::http::parse_date(text).has_value());
  }
}

TEST_CASE("url: refused, and a password is not repeated") {
  for (const std::string text :
       {"", "loki:3100", "ftp://loki", "http://", "http://:3100", "http://loki:0",
        "http://loki:65536", "http://loki:x", "http://[::1", "unix://relative", "http://a/b c",
        "http://u:hush@:1"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().message.find("hush") == std::string::npos);
  }
}

TEST_CASE("message: what a Content-Type names") {
  CHECK(io::http::media_type("application/json") == "application/json");
  CHECK(io::http::media_type(" Application/JSON ; charset=utf-8") == "application/json");
  CHECK(io::http::media_type(";a=b") == "");
  CHECK(io::http::media_type("") == "");
}

TEST_CASE("message: a sender that is to try again is told when") {
  const io::http::Response response = io::http::try_again("the queues are full");
  CHECK(response.status == 503);
  CHECK(response.body == "the queues are full\n");
  CHECK(io::http::find(response.headers, "Retry-After") == "1");
  CHECK(io::http::find(io::http::text_answer(404, "x").headers, "Retry-After") == "");
}
