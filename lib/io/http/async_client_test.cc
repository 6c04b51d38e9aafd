#include "io/http/async_client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <vector>

#include "io/http/server.h"
#include "tests/support/certificates.h"
#include "tests/support/test_proxy.h"
#include "tests/support/tls_server.h"

using namespace std::chrono_literals;
using io::http::AsyncClient;
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

/// A call whose answer can be waited for.
struct Asked {
  std::shared_ptr<std::promise<base::Result<Response>>> promise =
      std::make_shared<std::promise<base::Result<Response>>>();
  std::shared_ptr<io::http::AsyncCall> call;

  AsyncClient::OnDone on_done() const {
    return [promise = promise](base::Result<Response> result) {
      promise->set_value(std::move(result));
    };
  }
  base::Result<Response> get() const {
    auto answer = promise->get_future();
    if (answer.wait_for(30s) != std::future_status::ready) return base::fail("no answer in 30 s");
    return answer.get();
  }
};

Asked ask(AsyncClient& client, Request request = {}, std::chrono::milliseconds timeout = 10s) {
  Asked asked;
  asked.call = client.send(std::move(request), timeout, asked.on_done());
  return asked;
}

std::string text_of(const base::Result<Response>& result) {
  return result ? fmt::format("{} {}", result->status, result->body) : result.error().message;
}

Response echo_of(const Request& request) {
  return {200, {}, request.method + " " + request.target + " " + std::string(request.body)};
}

struct RunningLoop {
  io::Loop loop;
  RunningLoop() { REQUIRE(loop.start()); }
};

}  // namespace

TEST_CASE("async client: bodies of any size, one after the other and many at once") {
  RunningLoop running;
  auto server = Server::listen("127.0.0.1:0", echo_of);
  REQUIRE(server);
  AsyncClient client(running.loop, *parse_url("http://" + (*server)->address()), {});
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100'000}, size_t{5'000'000}}) {
    CAPTURE(size);
    const std::string body(size, 'x');
    const auto response = ask(client, {"POST", "/push", {}, body}).get();
    REQUIRE_MESSAGE(response, response.error().message);
    CHECK(response->body == "POST /push " + body);
  }
  std::vector<Asked> many;
  for (int i = 0; i < 200; ++i)
    many.push_back(ask(client, {"GET", "/" + std::to_string(i), {}, {}}));
  for (int i = 0; i < 200; ++i)
    CHECK(text_of(many[static_cast<size_t>(i)].get()) == fmt::format("200 GET /{} ", i));
}

TEST_CASE("async client: a connection is kept, and replaced when the server has closed it") {
  RunningLoop running;
  std::atomic<int> answers_each{100};
  RawServer server([&](int fd) {
    for (int i = 0; i < answers_each && !read_head(fd).empty(); ++i)
      say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  });
  {
    AsyncClient client(running.loop, server.url(), {});
    for (int i = 0; i < 3; ++i) CHECK(text_of(ask(client).get()) == "200 hi");
    CHECK(server.connections == 1);
  }
  answers_each = 1;
  AsyncClient client(running.loop, server.url(), {});
  for (int i = 0; i < 5; ++i) CHECK(text_of(ask(client).get()) == "200 hi");
  CHECK(server.connections == 6);
}

TEST_CASE("async client: a kept connection that ends while a request is written to it") {
  RunningLoop running;
  const std::string big(20'000'000, 'x');
  std::atomic<int> connections{0};
  support::ParallelServer server([&](int fd) {
    const bool is_first = ++connections == 1;
    if (is_first) {
      read_head(fd);
      say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
      read_head(fd);
      ::shutdown(fd, SHUT_WR);
      while (connections < 2) std::this_thread::yield();
      return await_close(fd);  // Takes what is written to it still.
    }
    read_head(fd);
    size_t got = 0;
    for (std::string piece(65536, ' '); got < big.size();) {
      const ssize_t size = ::read(fd, piece.data(), piece.size());
      if (size <= 0) break;
      got += static_cast<size_t>(size);
    }
    say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::to_string(got));
  });
  AsyncClient client(running.loop, *parse_url("http://" + server.address()), {});
  CHECK(text_of(ask(client).get()) == "200 hi");
  CHECK(text_of(ask(client, {"POST", "/", {}, big}).get()) == "200 20000000");
}

TEST_CASE("async client: after the end nothing of its callbacks is held") {
  RunningLoop running;
  auto server = Server::listen("127.0.0.1:0", echo_of);
  REQUIRE(server);
  AsyncClient client(running.loop, *parse_url("http://" + (*server)->address()), {});
  auto owned = std::make_shared<int>();
  const std::weak_ptr<int> life = owned;
  std::promise<void> done;
  const auto call = client.stream(
      {}, 10s, [owned](std::string_view) { return true; },
      [owned, &done](const base::Result<Response>&) { done.set_value(); });
  owned.reset();
  REQUIRE(done.get_future().wait_for(30s) == std::future_status::ready);
  std::promise<void> later;  // on_done has returned once the next one is called.
  client.send({}, 10s, [&](const base::Result<Response>&) { later.set_value(); });
  REQUIRE(later.get_future().wait_for(30s) == std::future_status::ready);
  CHECK(life.expired());
}

TEST_CASE("async client: unix socket") {
  RunningLoop running;
  const support::Folder folder;
  AsyncClient client(running.loop, *parse_url("unix://" + (folder / "s.sock")), {});
  CHECK(text_of(ask(client).get()) == (folder / "s.sock") + ": connect: No such file or directory");
  auto server = Server::listen("unix://" + (folder / "s.sock"), echo_of);
  REQUIRE(server);
  CHECK(text_of(ask(client, {"POST", "/info", {}, "ping"}).get()) == "200 POST /info ping");
}

TEST_CASE("async client: answers that break off or are none, refusals, silence") {
  RunningLoop running;
  struct Case {
    std::string wire, error;
  };
  for (const auto& c : {
           Case{"", "receive: the peer closed the connection"},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                "receive: the peer closed the connection in mid-answer"},
           Case{"SSH-2.0-OpenSSH\r\n\r\n", "receive: bad version"},
           Case{"HTTP/1.1 200 OK\r\n\r\nto the end", "200 to the end"},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
                "receive: body limit exceeded"},
       }) {
    CAPTURE(c.wire);
    RawServer server([&](int fd) {
      if (!read_head(fd).empty()) say(fd, c.wire);
    });
    Client::Options options;
    options.body_bytes_max = 10;
    AsyncClient client(running.loop, server.url(), options);
    CHECK(text_of(ask(client).get()) == c.error);
  }
  AsyncClient refused(running.loop, *parse_url("http://127.0.0.1:1"), {});
  CHECK(text_of(ask(refused).get()) == "127.0.0.1:1: connect: Connection refused");
  RawServer silent([](int fd) { await_close(fd); });
  AsyncClient waiting(running.loop, silent.url(), {});
  CHECK(text_of(ask(waiting, {}, 20ms).get()) == "receive: timeout");
  AsyncClient broken(running.loop, silent.url(), {});
  CHECK(text_of(ask(broken, {"GET", "/\r\nX: y", {}, {}}).get()) ==
        "line break in the request's target");
}

TEST_CASE(
    "async client: cancelled while connecting, while waiting, after the end, from a callback") {
  RunningLoop running;
  const support::BlackHole black_hole;
  AsyncClient nowhere(running.loop, *parse_url("http://" + black_hole.address()), {});
  CHECK(text_of(ask(nowhere, {}, 20ms).get()) == black_hole.address() + ": connect: timeout");
  const auto connecting = ask(nowhere, {}, 60s);
  connecting.call->cancel();
  CHECK(text_of(connecting.get()) == "stopped");

  RawServer silent([](int fd) { await_close(fd); });
  AsyncClient client(running.loop, silent.url(), {});
  const auto waiting = ask(client, {}, 60s);
  while (silent.connections == 0) std::this_thread::yield();
  waiting.call->cancel();
  CHECK(text_of(waiting.get()) == "stopped");
  waiting.call->cancel();

  RawServer endless([](int fd) {
    if (read_head(fd).empty()) return;
    say(fd, "HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 1000; ++i) say(fd, std::string(10'000, 'x'));
  });
  AsyncClient stream(running.loop, endless.url(), {});
  Asked asked;
  std::promise<void> has_call;
  std::atomic<int> pieces{0};
  asked.call = stream.stream(
      {}, 10s,
      [&, ready = has_call.get_future().share()](std::string_view) {
        ready.wait();
        if (++pieces == 2) asked.call->cancel();
        return true;
      },
      asked.on_done());
  has_call.set_value();
  CHECK(text_of(asked.get()) == "stopped");
}

TEST_CASE("async client: a stream hands pieces over as they come, and may be silent") {
  RunningLoop running;
  std::atomic<int> received{0};
  RawServer server([&](int fd) {
    if (read_head(fd).empty()) return;
    say(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    while (received < 1) std::this_thread::yield();  // The first piece came before the second.
    say(fd, "3\r\ndef\r\n0\r\n\r\n");
  });
  AsyncClient client(running.loop, server.url(), {});
  std::string text;
  const auto on_data = [&](std::string_view piece) {
    text += piece;
    ++received;
    return true;
  };
  Asked whole;
  whole.call = client.stream({}, 10s, on_data, whole.on_done());
  CHECK(text_of(whole.get()) == "200 ");
  CHECK(text == "abcdef");

  received = 0;
  Asked enough;
  enough.call = client.stream(
      {}, 10s, [&](std::string_view) { return ++received < 1; }, enough.on_done());
  CHECK(text_of(enough.get()) == "200 ");
}

TEST_CASE("async client: while a stream is paused the server has to wait") {
  constexpr size_t kBytes = 64 << 20;  // More than sockets hold.
  RunningLoop running;
  std::atomic<bool> has_waited{false};
  RawServer server([&](int fd) {
    if (read_head(fd).empty()) return;
    say(fd, fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", kBytes));
    const std::string piece(1 << 20, 'x');
    for (size_t sent = 0; sent < kBytes;) {
      pollfd writable{fd, POLLOUT, 0};
      if (::poll(&writable, 1, has_waited ? -1 : 100) == 0) has_waited = true;
      const size_t size = std::min(piece.size(), kBytes - sent);
      const ssize_t more = ::send(fd, piece.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (more > 0) sent += static_cast<size_t>(more);
    }
  });
  AsyncClient client(running.loop, server.url(), {});
  std::promise<void> has_call;
  std::promise<std::shared_ptr<io::http::AsyncCall>> paused;
  std::atomic<size_t> received{0};
  Asked whole;
  const auto on_data = [&, is_first = true](std::string_view piece) mutable {
    received += piece.size();
    if (!std::exchange(is_first, false)) return true;
    has_call.get_future().wait();
    whole.call->pause();
    paused.set_value(whole.call);
    return true;
  };
  whole.call = client.stream({}, 10s, on_data, whole.on_done());
  has_call.set_value();
  const auto call = paused.get_future().get();
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!has_waited && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  CHECK(has_waited);
  CHECK(received < kBytes);
  call->resume();
  CHECK(text_of(whole.get()) == "200 ");
  CHECK(received == kBytes);
}

TEST_CASE("async client: TLS, directly and through a tunnel") {
  RunningLoop running;
  const support::Folder folder;
  support::make_certificates(folder);
  const support::TlsServer server(folder);
  const auto url = *parse_url(server.url());
  Client::Options options;
  options.tls.ca_file = folder / "ca.pem";
  const std::string big(300'000, 'z');
  AsyncClient direct(running.loop, url, options);
  for (int i = 0; i < 2; ++i)
    CHECK(text_of(ask(direct, {"POST", "/", {}, big}).get()) == "200 " + big);

  support::TestProxy proxy(url.port);
  options.proxy = proxy.options("who:secret@");
  options.tls.server_name = "localhost";
  AsyncClient tunnelled(running.loop, *parse_url("https://user:pw@no-such-host.invalid"), options);
  CHECK(text_of(ask(tunnelled, {"POST", "/", {}, big}).get()) == "200 " + big);
  CHECK(proxy.seen() ==
        "CONNECT no-such-host.invalid:443 HTTP/1.1\r\nHost: no-such-host.invalid:443\r\n"
        "Proxy-Authorization: " +
            io::http::basic_authorization("who", "secret") + "\r\n\r\n");
  const std::string host = options.proxy.for_https->host_header();
  proxy.answer_instead("HTTP/1.1 407 Login\r\n\r\n");
  AsyncClient no_login(running.loop, *parse_url("https://loki"), options);
  CHECK(text_of(ask(no_login).get()) == "407 ");
  proxy.answer_instead("HTTP/1.1 400 No\r\n\r\n");
  CHECK(text_of(ask(no_login).get()) == "proxy " + host + ": CONNECT loki:443: HTTP 400");
  proxy.answer_instead("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  AsyncClient forwarded(running.loop, *parse_url("http://loki"), options);
  CHECK(text_of(ask(forwarded).get()) == "200 hi");

  options = {};
  options.tls.ca_file = folder / "other.pem";
  AsyncClient stranger(running.loop, url, options);
  CHECK(text_of(ask(stranger).get()).find("TLS handshake: ") != std::string::npos);
  options.tls.ca_file = folder / "ca.pem";
  options.tls.server_name = "loki";
  AsyncClient wrong_name(running.loop, url, options);
  CHECK(text_of(ask(wrong_name).get()) == url.host_header() + ": TLS handshake: hostname mismatch");
  options.tls.ca_file = folder / "none.pem";
  AsyncClient no_file(running.loop, url, options);
  CHECK(text_of(ask(no_file).get()).find("none.pem") != std::string::npos);
}

TEST_CASE("async client: a name that is none, and a loop that ends with calls under way") {
  std::atomic<int> done{0};
  RawServer silent([](int fd) { await_close(fd); });
  {
    RunningLoop running;
    AsyncClient nowhere(running.loop, *parse_url("http://no-such-host.invalid"), {});
    CHECK(text_of(ask(nowhere, {}, 30s).get()).find("resolve no-such-host.invalid: ") == 0);
    AsyncClient client(running.loop, silent.url(), {});
    client.send({}, 60s, [&](const base::Result<Response>&) { ++done; });
    while (silent.connections == 0) std::this_thread::yield();
  }
  CHECK(done == 0);
  for (int i = 0; i < 20; ++i) {
    RunningLoop running;  // Ends while the name is looked up.
    AsyncClient nowhere(running.loop, *parse_url(fmt::format("http://n{}.invalid", i)), {});
    nowhere.send({}, 60s, [&](const base::Result<Response>&) { ++done; });
    if (i % 2 == 0) std::this_thread::yield();
  }
}
