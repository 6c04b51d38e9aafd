#include "io/http/proxy.h"

#include <doctest/doctest.h>
#include <stdlib.h>

using io::http::parse_url;
using io::http::proxy_for;
using io::http::ProxyOptions;

TEST_CASE("proxy: which servers are reached directly") {
  struct Case {
    const char *no_proxy, *server;
    bool is_direct;
  };
  for (const Case& c : {
           Case{"", "http://loki", false},
           Case{"*", "http://loki", true},
           Case{"a, * ,b", "http://loki", true},
           Case{"example.org", "http://example.org", true},
           Case{"example.org", "http://EXAMPLE.org:3100", true},
           Case{"Example.ORG", "http://loki.example.org", true},
           Case{"example.org", "http://anexample.org", false},
           Case{"example.org", "http://example.org.uk", false},
           Case{".example.org", "http://loki.example.org", true},
           Case{".example.org", "http://example.org", false},
           Case{"*.example.org", "http://a.b.example.org", true},
           Case{"*.example.org", "http://example.org", false},
           Case{"example.org:3100", "http://example.org:3100", true},
           Case{"example.org:3100", "http://example.org", false},
           Case{"example.org:443", "https://example.org", true},
           Case{"10.1.2.3", "http://10.1.2.3", true},
           Case{"10.1.2.3", "http://10.1.2.30", false},
           Case{"10.1.2.3:80", "http://10.1.2.3", true},
           Case{"10.1.2.3:81", "http://10.1.2.3", false},
           Case{"10.0.0.0/8", "http://10.200.0.1", true},
           Case{"10.0.0.0/8", "http://11.0.0.1", false},
           Case{"10.128.0.0/9", "http://10.127.255.255", false},
           Case{"0.0.0.0/0", "http://1.2.3.4", true},
           Case{"0.0.0.0/0", "http://[2001:db8::1]", false},
           Case{"10.0.0.0/33", "http://10.0.0.1", false},
           Case{"10.0.0.0/", "http://10.0.0.1", false},
           Case{"2001:db8::/32", "http://[2001:db8:1::1]", true},
           Case{"2001:db8::1", "http://[2001:DB8:0::1]:3100", true},
           Case{"[2001:db8::1]:3100", "http://[2001:db8::1]:3100", true},
           Case{"[2001:db8::1]:3100", "http://[2001:db8::1]", false},
           Case{",, ,:80,[],.", "http://loki", false},
           Case{"", "unix:///run/docker.sock", true},
       }) {
    CAPTURE(c.no_proxy);
    CAPTURE(c.server);
    ProxyOptions options;
    options.for_http = options.for_https = *parse_url("http://proxy:3128");
    options.no_proxy = c.no_proxy;
    CHECK((proxy_for(options, *parse_url(c.server)) == nullptr) == c.is_direct);
  }
}

TEST_CASE("proxy: this host, and a proxy for each scheme") {
  ProxyOptions options;
  options.for_http = *parse_url("http://proxy:3128");
  const auto is_direct = [&](const char* server) {
    return proxy_for(options, *parse_url(server)) == nullptr;
  };
  CHECK(is_direct("https://loki"));
  CHECK_FALSE(is_direct("http://loki"));
  for (const char* local : {"http://localhost", "http://LocalHost", "http://127.0.0.1",
                            "http://127.9.9.9", "http://[::1]"}) {
    CAPTURE(local);
    options.is_loopback_direct = false;
    CHECK_FALSE(is_direct(local));
    options.is_loopback_direct = true;
    CHECK(is_direct(local));
  }
  CHECK_FALSE(is_direct("http://128.0.0.1"));
  CHECK_FALSE(is_direct("http://localhost.example"));
}

TEST_CASE("proxy: the environment") {
  const auto set = [](const char* name, const char* value) {
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  };
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
                           "no_proxy", "REQUEST_METHOD"})
    set(name, nullptr);
  CHECK_FALSE(io::http::proxy_from_environment()->for_http);
  set("http_proxy", "small:1");
  set("HTTPS_PROXY", "http://user:secret@large:2/");
  set("no_proxy", "direct");
  auto options = io::http::proxy_from_environment();
  REQUIRE(options);
  CHECK(options->for_http->host_header() == "small:1");
  CHECK(options->for_https->host_header() == "large:2");
  CHECK(options->no_proxy == "direct");
  CHECK(options->is_loopback_direct);
  set("REQUEST_METHOD", "GET");
  CHECK_FALSE(io::http::proxy_from_environment()->for_http);
  for (const char* bad : {"socks5://user:secret@proxy", "http://user:secret@:", "unix:///secret"}) {
    set("HTTPS_PROXY", bad);
    const auto refused = io::http::proxy_from_environment();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("HTTPS_PROXY: ") == 0);
    CHECK(refused.error().message.find("secret") == std::string::npos);
  }
  for (const char* name : {"HTTPS_PROXY", "http_proxy", "no_proxy", "REQUEST_METHOD"})
    set(name, nullptr);
}
