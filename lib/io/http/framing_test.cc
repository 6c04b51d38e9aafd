#include "io/http/framing.h"

#include <doctest/doctest.h>

using io::http::OnData;
using io::http::parse_url;
using io::http::Request;
using io::http::request_head;
using io::http::ResponseReader;

TEST_CASE("framing: answers in pieces of any size") {
  struct Case {
    std::string wire;
    int status;
    std::string body;
    bool is_reusable;
    bool needs_end;
  };
  for (const auto& c : {
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true, false},
           Case{"HTTP/1.1 204 None\r\n\r\n", 204, "", true, false},
           Case{"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", false, false},
           Case{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", 200, "hi",
                false, false},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more", 200, "hi", false, false},
           Case{"HTTP/1.1 404 No\r\nTransfer-Encoding: "
                "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                404, "abcde", true, false},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "", true,
                false},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00;a=b\r\nX: y\r\n\r\n", 200,
                "", true, false},
           Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n"
                "Content-Length: 1\r\n\r\nx",
                200, "x", true, false},
           Case{"HTTP/1.1 200 OK\r\n\r\nto the end", 200, "to the end", false, true},
       }) {
    CAPTURE(c.wire);
    for (const size_t piece : {size_t{1}, size_t{7}, c.wire.size()}) {
      CAPTURE(piece);
      ResponseReader reader({.has_no_body = false, .body_bytes_max = 1000, .on_data = nullptr});
      for (size_t at = 0; at < c.wire.size() && !reader.is_done(); at += piece)
        REQUIRE(reader.feed(std::string_view(c.wire).substr(at, piece)));
      CHECK(reader.is_done() == !c.needs_end);
      if (c.needs_end) REQUIRE(reader.finish());
      // In small pieces nobody asks for what follows the answer.
      if (piece == c.wire.size()) CHECK(reader.is_reusable() == c.is_reusable);
      const auto response = reader.take();
      CHECK(response.status == c.status);
      CHECK(response.body == c.body);
    }
  }
}

TEST_CASE("framing: answers that are none, too long, or cut off") {
  struct Case {
    std::string wire, error;
  };
  for (const auto& c : {
           Case{"SSH-2.0-OpenSSH\r\n\r\n", "receive: bad version"},
           Case{"HTTP/1.1 20x OK\r\n\r\n", "receive: bad status"},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "receive: bad Content-Length"},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "receive: bad chunk"},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
                "receive: body limit exceeded"},
           Case{"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n",
                "receive: header limit exceeded"},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
                "receive: the peer closed the connection in mid-answer"},
           Case{"HTTP/1.1 200 O", "receive: the peer closed the connection in mid-answer"},
           Case{"HTTP/1.1 100 Continue\r\n\r\n",
                "receive: the peer closed the connection in mid-answer"},
           Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 1",
                "receive: the peer closed the connection in mid-answer"},
       }) {
    CAPTURE(c.wire.substr(0, 100));
    ResponseReader reader({.has_no_body = false, .body_bytes_max = 10, .on_data = nullptr});
    auto result = reader.feed(c.wire);
    if (result) result = reader.finish();
    REQUIRE_FALSE(result);
    CHECK(result.error().message == c.error);
  }
}

TEST_CASE("framing: a stream is handed over, the body of a refusal is kept") {
  std::string got;
  const OnData on_data = [&](std::string_view piece) {
    got += piece;
    return got.size() < 6;
  };
  ResponseReader ok({.has_no_body = false, .body_bytes_max = 4, .on_data = &on_data});
  REQUIRE(ok.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
  CHECK(ok.has_head());
  CHECK(got == "abc");
  CHECK_FALSE(ok.is_done());
  REQUIRE(ok.feed("3\r\ndef\r\n3\r\nghi\r\n"));
  CHECK(got == "abcdef");
  CHECK(ok.is_done());
  CHECK_FALSE(ok.is_reusable());
  CHECK(ok.take().body.empty());

  ResponseReader refused({.has_no_body = false, .body_bytes_max = 4, .on_data = &on_data});
  REQUIRE(refused.feed("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nnone"));
  CHECK(refused.is_done());
  CHECK(refused.take().body == "none");
}

TEST_CASE("framing: a body that is too long is cut where that is wanted") {
  for (const char* wire : {"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\nabcdefghi",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                           "6\r\ndefghi\r\n0\r\n\r\n",
                           "HTTP/1.1 400 No\r\n\r\nabcde"}) {
    for (const size_t piece : {size_t{1}, std::string_view(wire).size()}) {
      CAPTURE(wire);
      ResponseReader reader({.has_no_body = false, .body_bytes_max = 4, .cuts_body = true});
      for (size_t at = 0; at < std::string_view(wire).size() && !reader.is_done(); at += piece)
        REQUIRE(reader.feed(std::string_view(wire).substr(at, piece)));
      CHECK(reader.is_done());
      CHECK_FALSE(reader.is_reusable());
      CHECK(reader.take().body == "abcd");
    }
  }
  ResponseReader fits({.has_no_body = false, .body_bytes_max = 4, .cuts_body = true});
  REQUIRE(fits.feed("HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nabcd"));
  CHECK(fits.is_reusable());
  CHECK(fits.take().body == "abcd");
}

TEST_CASE("framing: the head of a request") {
  const auto loki = *parse_url("https://u:p@loki/x"), proxy = *parse_url("http://a:b@proxy");
  const auto own = io::http::basic_authorization("u", "p"),
             of_proxy = io::http::basic_authorization("a", "b");
  CHECK(*request_head({"GET", "/", {}, {}}, loki, nullptr) ==
        "GET / HTTP/1.1\r\nHost: loki\r\nAuthorization: " + own + "\r\n\r\n");
  CHECK(*request_head({"GET", "/", {{"authorization", "Bearer x"}}, {}}, loki, nullptr) ==
        "GET / HTTP/1.1\r\nHost: loki\r\nauthorization: Bearer x\r\n\r\n");
  CHECK(*request_head({"POST", "/", {}, {}}, *parse_url("http://[::1]:80"), nullptr) ==
        "POST / HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 0\r\n\r\n");
  CHECK(*request_head({"CONNECT", "loki:443", {}, {}}, loki, &proxy) ==
        "CONNECT loki:443 HTTP/1.1\r\nHost: loki:443\r\nProxy-Authorization: " + of_proxy +
            "\r\n\r\n");
  for (const std::string& bad :
       {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3)}) {
    CHECK_FALSE(request_head({"GET", "/" + bad, {}, {}}, loki, nullptr));
    CHECK_FALSE(request_head({"GET", "/", {{"X", bad}}, {}}, loki, nullptr));
    CHECK_FALSE(request_head({"GET", "/", {{bad, "x"}}, {}}, loki, nullptr));
  }
}
