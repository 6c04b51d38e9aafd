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
