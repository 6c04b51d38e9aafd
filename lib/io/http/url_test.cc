#include "io/http/url.h"

#include <doctest/doctest.h>

TEST_CASE("http: addresses to listen on, and where a client finds them") {
  struct Case {
    const char *text, *host, *client;
  };
  for (const Case& c : {
           Case{"127.0.0.1:12345", "127.0.0.1", "127.0.0.1:12345"},
           Case{":12345", "", "127.0.0.1:12345"},
           Case{"0.0.0.0:12345", "0.0.0.0", "127.0.0.1:12345"},
           Case{"[::]:12345", "::", "[::1]:12345"},
           Case{"[::1]:1", "::1", "[::1]:1"},
           Case{"puck:8080", "puck", "puck:8080"},
           Case{"unix:///run/t.sock", "", "localhost"},
       }) {
    CAPTURE(c.text);
    const auto address = io::http::parse_listen_address(c.text);
    REQUIRE(address.has_value());
    CHECK(address->host == c.host);
    CHECK(address->text() == c.text);
    CHECK(address->url().host_header() == c.client);
  }
  CHECK(io::http::parse_listen_address("unix:///run/t.sock")->url().host == "/run/t.sock");
  for (const char* text : {"", "12345", "puck", "puck:", "puck:http", "puck:65536", "::1:80",
                           "unix://", "unix://relative"}) {
    CAPTURE(text);
    CHECK_FALSE(io::http::parse_listen_address(text).has_value());
  }
}

TEST_CASE("http: where a link leads") {
  const auto base = *io::http::parse_url("https://user:pw@loki:3100/loki/api/v1/push?x=1");
  struct Case {
    const char *link, *scheme, *host, *target;
  };
  for (const Case& c : {
           Case{"https://other/push", "https", "other", "/push"},
           Case{"HTTP://other:80/push", "http", "other", "/push"},
           Case{"//other/push", "https", "other", "/push"},
           Case{"/new?a=b#c", "https", "loki:3100", "/new?a=b"},
           Case{"pull", "https", "loki:3100", "/loki/api/v1/pull"},
           Case{"?y=2", "https", "loki:3100", "/loki/api/v1/push?y=2"},
           Case{"", "https", "loki:3100", "/loki/api/v1/push?x=1"},
       }) {
    CAPTURE(c.link);
    const auto url = io::http::resolve_link(base, c.link);
    REQUIRE(url);
    CHECK((url->scheme == io::http::Url::Scheme::https) == (std::string_view(c.scheme) == "https"));
    CHECK(url->host_header() == c.host);
    CHECK(url->target == c.target);
    // Only the same server gets the login.
    CHECK(url->authorization.empty() == !url->same_origin(base));
  }
  for (const char* link : {"ftp://other/", "https://", "/a b", "/a\r\nX: y"}) {
    CAPTURE(link);
    CHECK_FALSE(io::http::resolve_link(base, link));
  }
}

TEST_CASE("http: percent signs") {
  CHECK(io::http::percent_encoded("a b/ü-._~&=") == "a%20b%2F%C3%BC-._~%26%3D");
  CHECK(io::http::percent_decoded("a%20b%2Fc%4") == "a b/c%4");
  CHECK(io::http::percent_decoded("%zz+%") == "%zz+%");
  const auto url = io::http::parse_url("http://a%40b:c%3Ad@loki");
  REQUIRE(url);
  CHECK(url->authorization == io::http::basic_authorization("a@b", "c:d"));
}
