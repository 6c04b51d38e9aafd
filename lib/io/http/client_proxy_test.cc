#include <doctest/doctest.h>

#include "io/http/client.h"
#include "tests/support/certificates.h"
#include "tests/support/test_proxy.h"
#include "tests/support/tls_server.h"

using namespace std::chrono_literals;
using io::http::Client;
using io::http::parse_url;
using support::TestProxy;

TEST_CASE("client: an http server is asked by way of the proxy") {
  TestProxy proxy(0);
  Client client(*parse_url("http://user:secret@loki.example:3100"),
                {.tls = {}, .proxy = proxy.options("who:p%40ss@")});
  const auto response = client.send({"POST", "/push?a=b", {{"X-A", "1"}}, "body"}, 5s, {});
  REQUIRE_MESSAGE(response, response.error().message);
  CHECK(response->body == "forwarded");
  CHECK(proxy.seen() ==
        "POST http://loki.example:3100/push?a=b HTTP/1.1\r\nHost: loki.example:3100\r\nX-A: 1\r\n"
        "Authorization: " +
            io::http::basic_authorization("user", "secret") + "\r\nProxy-Authorization: " +
            io::http::basic_authorization("who", "p@ss") + "\r\nContent-Length: 4\r\n\r\n");
}

TEST_CASE(
    "client: an https server is reached through a tunnel, which sees no login of the server") {
  const support::Folder folder;
  support::make_certificates(folder);
  const support::TlsServer server(folder);
  TestProxy proxy(server.port());
  Client::Options client_options;
  client_options.tls.ca_file = folder / "ca.pem";
  client_options.proxy = proxy.options("who:secret@");
  client_options.proxy.connect_headers = {{"X-For-Proxy", "yes"}};
  // The proxy looks the name up.
  client_options.tls.server_name = "localhost";
  Client client(*parse_url("https://user:pw@no-such-host.invalid"), client_options);
  const std::string big(300'000, 'z');
  for (int i = 0; i < 2; ++i) {
    const auto response = client.send({"POST", "/x", {}, big}, 5s, {});
    REQUIRE_MESSAGE(response, response.error().message);
    CHECK(response->body == big);
  }
  CHECK(proxy.seen() ==
        "CONNECT no-such-host.invalid:443 HTTP/1.1\r\nHost: no-such-host.invalid:443\r\n"
        "X-For-Proxy: yes\r\nProxy-Authorization: " +
            io::http::basic_authorization("who", "secret") + "\r\n\r\n");
}

TEST_CASE("client: a proxy that refuses, wants a login, breaks off, or is not there") {
  TestProxy proxy(0);
  auto options = proxy.options("who:secret@");
  const std::string host = options.for_http->host_header();
  const auto ask = [&](const char* url) {
    return Client(*parse_url(url), {.tls = {}, .proxy = options}).send({}, 5s, {});
  };
  proxy.answer_instead("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  for (const char* url : {"http://loki", "https://loki"}) {
    const auto response = ask(url);
    REQUIRE_MESSAGE(response, response.error().message);
    CHECK(response->status == 407);
  }
  struct Case {
    std::string answer, error;
  };
  // A refusal by the proxy is not one by the server: lines must not be dropped for it.
  for (const Case& c :
       {Case{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
             "CONNECT loki:443: the proxy answers HTTP 400"},
        Case{"HTTP/1.1 503 Sorry\r\n\r\n", "CONNECT loki:443: the proxy answers HTTP 503"},
        Case{"HTTP/1.1 2", "CONNECT loki:443: the proxy closed the connection"},
        Case{"SSH-2.0\r\n\r\n", "CONNECT loki:443: receive: bad version"}}) {
    CAPTURE(c.answer);
    proxy.answer_instead(c.answer);
    const auto response = ask("https://loki");
    REQUIRE_FALSE(response);
    CHECK(response.error().message == "proxy " + host + ": " + c.error);
  }
  options.for_http = options.for_https = *parse_url("http://who:secret@127.0.0.1:1");
  for (const char* url : {"http://loki", "https://loki"})
    CHECK(ask(url).error().message == "proxy: 127.0.0.1:1: connect: Connection refused");
  options.for_https = *parse_url("https://who:secret@127.0.0.1:1");
  CHECK(ask("https://loki").error().message ==
        "proxy 127.0.0.1:1: an https:// server needs a proxy at an http:// URL");
}
