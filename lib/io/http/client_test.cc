#include "io/http/client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "io/http/connect.h"
#include "io/http/server.h"
#include "tests/support/folder.h"
#include "tests/support/raw_server.h"

using namespace std::chrono_literals;
using io::http::Client;
using io::http::parse_url;
using io::http::Request;
using io::http::Response;
using io::http::Server;
using support::await_close;
using support::RawServer;
using support::read_head;
using support::say;

namespace {

Response echo(const Request& request) {
  Response response;
  response.headers = {{"X-Method", request.method}, {"X-Target", request.target}};
  response.body = std::string(request.body);
  return response;
}

}  // namespace

TEST_CASE("client and server: one kept connection carries many requests of any size") {
  auto server = Server::listen("127.0.0.1:0", echo);
  REQUIRE(server.has_value());
  Client client(*parse_url("http://" + (*server)->address()));
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100'000}, size_t{5'000'000}}) {
    CAPTURE(size);
    const std::string body(size, 'x');
    Request request{"POST", "/push?a=b", {{"X-A", "1"}}, body};
    const auto response = client.send(request, 5s, {});
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
    CHECK(response->body == body);
    CHECK(io::http::find(response->headers, "x-target") == "/push?a=b");
  }
}

TEST_CASE("server: bounds on body and head, bad requests, HEAD and 204") {
  Server::Options options;
  options.body_bytes_max = 1000;
  options.header_bytes_max = 2000;
  auto server = Server::listen("127.0.0.1:0", options, [](const Request& request) {
    return request.path() == "/none" ? Response{204, {}, {}} : Response{200, {}, "hello"};
  });
  REQUIRE(server.has_value());
  CHECK((*server)->address().starts_with("127.0.0.1:"));
  Client client(*parse_url("http://" + (*server)->address()));
  const std::string long_text(3000, 'x');
  struct Case {
    Request request;
    int status;
    std::string body;
  };
  for (const auto& c :
       {Case{{"POST", "/", {}, long_text}, 413, ""},
        Case{{"GET", "/", {{"X-Long", long_text}}, ""}, 431, ""},
        Case{{"GET", "/ HTTP/1.1\t", {}, ""}, 400, ""}, Case{{"HEAD", "/", {}, ""}, 200, ""},
        Case{{"GET", "/none", {}, ""}, 204, ""}, Case{{"GET", "/", {}, ""}, 200, "hello"}}) {
    CAPTURE(c.request.method);
    CAPTURE(c.status);
    const auto response = client.send(c.request, 5s, {});
    REQUIRE(response.has_value());
    CHECK(response->status == c.status);
    CHECK(response->body == c.body);
  }
}

TEST_CASE("server: stops promptly with connections open, and the port is free again") {
  auto server = Server::listen("127.0.0.1:0", echo);
  REQUIRE(server.has_value());
  const std::string address = (*server)->address();
  Client client(*parse_url("http://" + address));
  REQUIRE(client.send({}, 5s, {}).has_value());
  const auto before = std::chrono::steady_clock::now();
  (*server)->stop();
  CHECK(std::chrono::steady_clock::now() - before < 1s);
  CHECK_FALSE(client.send({}, 5s, {}).has_value());
  CHECK(Server::listen(address, echo).has_value());
}

TEST_CASE("server: an address in use, a name that is none") {
  auto server = Server::listen("127.0.0.1:0", echo);
  REQUIRE(server.has_value());
  CHECK_FALSE(Server::listen((*server)->address(), echo).has_value());
  CHECK_FALSE(Server::listen("127.0.0.1:http-alt-none", echo).has_value());
}

TEST_CASE("client: unix socket") {
  const support::Folder folder;
  const std::string address = "unix://" + (folder / "s.sock");
  for (int round = 0; round < 2; ++round) {  // The second finds the first one's socket file.
    auto server = Server::listen(address, echo);
    REQUIRE(server.has_value());
    Client client(*parse_url(address));
    const auto response = client.send({"POST", "/info", {}, "ping"}, 5s, {});
    REQUIRE(response.has_value());
    CHECK(response->body == "ping");
  }
}

TEST_CASE("client: chunked answers, interim answers, and bodies that end with the connection") {
  struct Case {
    std::string wire, body;
  };
  for (const auto& c :
       {Case{
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "abcde"},
        Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi"},
        Case{"HTTP/1.1 200 OK\r\n\r\nto the end", "to the end"}}) {
    CAPTURE(c.wire);
    for (const size_t piece : {size_t{1}, size_t{7}, c.wire.size()}) {
      RawServer server([&](int fd) {
        if (read_head(fd).empty()) return;
        for (size_t at = 0; at < c.wire.size(); at += piece) say(fd, c.wire.substr(at, piece));
      });
      Client client(server.url());
      const auto response = client.send({}, 5s, {});
      REQUIRE_MESSAGE(response.has_value(), response.error().message);
      CHECK(response->body == c.body);
    }
  }
}

TEST_CASE("client: broken answers are errors") {
  for (const std::string wire :
       {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 20"}) {
    CAPTURE(wire);
    RawServer server([&](int fd) {
      if (!read_head(fd).empty()) say(fd, wire);
    });
    Client client(server.url());
    CHECK_FALSE(client.send({}, 5s, {}).has_value());
  }
}

TEST_CASE("client: a header that would break the framing is refused") {
  auto server = Server::listen("127.0.0.1:0", echo);
  REQUIRE(server.has_value());
  Client client(*parse_url("http://" + (*server)->address()));
  CHECK_FALSE(client.send({"GET", "/", {{"X-A", "1\r\nX-B: 2"}}, ""}, 5s, {}).has_value());
  CHECK_FALSE(client.send({"GET", "/\r\nX-B: 2", {}, ""}, 5s, {}).has_value());
}

TEST_CASE("client: a kept connection that the server closed is replaced without an error") {
  RawServer server([&](int fd) {
    if (!read_head(fd).empty()) say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  Client client(server.url());
  for (int i = 1; i <= 5; ++i) {
    const auto response = client.send({}, 5s, {});
    REQUIRE_MESSAGE(response.has_value(), response.error().message);
    CHECK(server.connections == i);
  }
}

TEST_CASE("client: timeout, and a stop request that ends the wait at once") {
  RawServer server([&](int fd) { await_close(fd); });
  Client client(server.url());
  const auto late = client.send({}, 30ms, {});
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().message.find("timeout") != std::string::npos);

  std::stop_source stop;
  std::thread stopper([&] {
    while (server.connections < 2) std::this_thread::yield();
    stop.request_stop();
  });
  const auto before = std::chrono::steady_clock::now();
  const auto stopped = client.send({}, 60s, stop.get_token());
  stopper.join();
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().message.find("stopped") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - before < 10s);
  CHECK_FALSE(client.send({}, 60s, stop.get_token()).has_value());
}

TEST_CASE("client: an answer without end outlasts neither the timeout nor a stop request") {
  std::string interim;
  for (int i = 0; i < 1000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  std::atomic<bool> is_over{false};
  RawServer server([&](int fd) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!is_over && std::chrono::steady_clock::now() < until) say(fd, interim);
  });
  Client client(server.url());
  const auto late = client.send({}, 30ms, {});
  std::stop_source stop;
  std::thread stopper([&] {
    while (server.connections < 2) std::this_thread::yield();
    stop.request_stop();
  });
  const auto stopped = client.send({}, 60s, stop.get_token());
  is_over = true;
  stopper.join();
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().message == "receive: timeout");
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().message.find("stopped") != std::string::npos);
}

TEST_CASE("client: nobody listens, no such name") {
  Client refused(*parse_url("http://127.0.0.1:1"));
  const auto error = refused.send({}, 5s, {});
  REQUIRE_FALSE(error.has_value());
  CHECK(error.error().message == "127.0.0.1:1: connect: Connection refused");
  Client nowhere(*parse_url("http://no-such-host.invalid"));
  CHECK_FALSE(nowhere.send({}, 20s, {}).has_value());
}

TEST_CASE("client: an answer that comes while the request is being written is taken") {
  RawServer server([&](int fd) {
    char some[1000];
    if (::read(fd, some, sizeof some) <= 0) return;
    say(fd, "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nbig\n");
    // Closed with unread bytes: the client's write fails.
  });
  Client client(server.url());
  for (int i = 1; i <= 2; ++i) {
    const auto response = client.send({"POST", "/", {}, std::string(64 << 20, 'x')}, 30s, {});
    REQUIRE_MESSAGE(response.has_value(), response.error().message);
    CHECK(response->status == 413);
    CHECK(server.connections == i);
  }
}

TEST_CASE("client: a header that would break the framing is refused, a NUL as well") {
  RawServer server([&](int fd) { await_close(fd); });
  Client client(server.url());
  for (const std::string& value :
       {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3)})
    CHECK_FALSE(client.send({"GET", "/", {{"X", value}}, {}}, 5s, {}));
  CHECK_FALSE(client.send({"GET", std::string("/\0", 2), {}, {}}, 5s, {}));
  CHECK(server.connections == 0);
}

TEST_CASE("client: headers up to 64 KiB are read, longer ones refused") {
  std::atomic<size_t> size{0};
  RawServer server([&](int fd) {
    if (read_head(fd).empty()) return;
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: " + std::string(size, 'x') + "\r\n\r\nok");
  });
  Client client(server.url());
  struct Case {
    size_t bytes;
    bool is_good;
  };
  for (const Case& c :
       {Case{100, true}, {40'000, true}, {65'000, true}, {66'000, false}, {1'000'000, false}}) {
    CAPTURE(c.bytes);
    size = c.bytes;
    const auto response = client.send({}, 10s, {});
    CHECK(response.has_value() == c.is_good);
    if (response) CHECK(response->body == "ok");
  }
}

TEST_CASE("connect: an address that never answers does not use up the time of the next one") {
  // A full backlog drops every further attempt, as a firewall does.
  const auto listening = [](int backlog) {
    base::Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
    REQUIRE(::listen(fd.get(), backlog) == 0);
    return fd;
  };
  const auto address_of = [](const base::Descriptor& fd) {
    io::http::SocketAddress address;
    address.size = sizeof address.storage;
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address.storage), &address.size) ==
            0);
    return address;
  };
  const base::Descriptor silent = listening(0), good = listening(8);
  base::Descriptor refused = listening(1);
  const auto refused_address = address_of(refused), silent_address = address_of(silent);
  refused.reset();
  std::vector<base::Descriptor> filling;
  for (int i = 0; i < 3; ++i) {
    filling.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::connect(filling.back().get(), silent_address.data(), silent_address.size);
  }
  const io::http::Wait wait(io::http::Wait::Clock::now() + 60s, {});
  struct Case {
    std::vector<io::http::SocketAddress> addresses;
    size_t want;
  };
  for (const auto& c :
       {Case{{silent_address, address_of(good)}, 1}, Case{{address_of(good)}, 0},
        Case{{refused_address, silent_address, refused_address, address_of(good)}, 3},
        Case{{address_of(good), silent_address}, 0}}) {
    size_t index = 99;
    const auto socket = io::http::connect_to_first(c.addresses, wait, index);
    REQUIRE_MESSAGE(socket, socket.error().message);
    CHECK(index == c.want);
  }
  size_t index = 99;
  const auto none =
      io::http::connect_to_first(std::vector{refused_address, refused_address}, wait, index);
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "connect: Connection refused");
  const io::http::Wait brief(io::http::Wait::Clock::now() + 20ms, {});
  const auto late = io::http::connect_to_first(std::vector{silent_address}, brief, index);
  REQUIRE_FALSE(late);
  CHECK(late.error().message == "connect: timeout");
}

TEST_CASE("client: a stream hands pieces over as they come and ends in each of three ways") {
  std::atomic<int> received{0};
  RawServer server([&](int fd) {
    if (read_head(fd).empty()) return;
    say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    while (received < 1) std::this_thread::yield();  // The first piece came before the second.
    say(fd, "3\r\ndef\r\n");
    if (received >= 10) await_close(fd);
    if (received < 10) say(fd, "0\r\n\r\n");
  });
  Client client(server.url());
  std::string text;
  const auto whole = client.stream({}, 5s,
                                   [&](std::string_view piece) {
                                     text += piece;
                                     ++received;
                                     return true;
                                   },
                                   {});
  REQUIRE(whole.has_value());
  CHECK(text == "abcdef");
  CHECK(whole->body.empty());

  received = 10;
  std::stop_source stop;
  const auto stopped = client.stream(
      {}, 20ms,  // bounds the head only
      [&](std::string_view) {
        if (++received == 12) {
          std::thread([stop]() mutable { stop.request_stop(); }).detach();
        }
        return true;
      },
      stop.get_token());
  CHECK_FALSE(stopped.has_value());

  CHECK(client.stream({}, 5s, [](std::string_view) { return false; }, {}).has_value());
}

TEST_CASE("client: a stop request ends connecting, too") {
  const support::BlackHole silent;
  Client client(*parse_url("http://" + silent.address()));
  CHECK(client.send({}, 20ms, {}).error().message == silent.address() + ": connect: timeout");
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  const auto stopped = client.send({}, 60s, stop.get_token());
  stopper.join();
  CHECK(stopped.error().message == silent.address() + ": connect: stopped");
}
