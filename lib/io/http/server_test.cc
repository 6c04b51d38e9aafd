#include "io/http/server.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>

#include "base/descriptor.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "io/http/client.h"

namespace io::http {
namespace {

using namespace std::chrono_literals;

/// A connection of a client that says just what a test wants.
class Raw {
 public:
  explicit Raw(const Server& server)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), server_(server) {}

  bool connect() {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string& address = server_.address();
    uint16_t port = 0;
    std::from_chars(address.data() + address.rfind(':') + 1, address.data() + address.size(), port);
    to.sin_port = htons(port);
    const int at_once = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    return ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  void say(std::string_view text) {
    CHECK(::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
  }
  /// The server may have closed.
  void try_to_say(std::string_view text) {
    ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }
  /// Up to an empty line.
  std::string head() {
    std::string text;
    char byte = 0;
    while (!text.ends_with("\r\n\r\n") && ::recv(fd_.get(), &byte, 1, 0) == 1) text += byte;
    return text;
  }
  /// All that comes until the server closes.
  std::string rest() {
    const timeval limit{60, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::recv(fd_.get(), buffer, sizeof buffer, 0)) > 0)
      text.append(buffer, static_cast<size_t>(got));
    CHECK_FALSE((got < 0 && errno == EAGAIN));
    return text;
  }

 private:
  base::Descriptor fd_;
  const Server& server_;
};

std::unique_ptr<Server> serve(const Server::Options& options, Handler handler) {
  auto server = Server::listen("127.0.0.1:0", options, std::move(handler));
  REQUIRE_MESSAGE(server, server.error().message);
  return std::move(*server);
}

Response path_of(const Request& request) {
  return {200, {}, std::string(request.path())};
}

TEST_CASE("server: requests in one piece or in many, one after the other on a connection") {
  const auto server = serve({}, path_of);
  Raw raw(*server);
  REQUIRE(raw.connect());
  raw.say("GET /one HTTP/1.1\r\n\r\nPOST /two HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcHEAD /th");
  raw.say("ree HTTP/1.1\r\n\r\n");
  for (const char c : std::string_view("GET /four HTTP/1.1\r\nConnection: close\r\n\r\n"))
    raw.say({&c, 1});
  CHECK(raw.rest() ==
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n/one"
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n/two"
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n/four");
}

TEST_CASE("server: the end of a chunked body comes in pieces") {
  const auto server = serve({}, [](const Request& request) {
    return Response{200, {}, std::string(request.body) + "."};
  });
  const std::string_view bodies[] = {"0\r\n\r\n", "000;a=b\r\nX: y\r\n\r\n",
                                     "3\r\nabc\r\n0\r\n\r\n"};
  for (const std::string_view body : bodies) {
    CAPTURE(body);
    for (size_t cut = 1; cut < body.size() - 1; ++cut) {
      Raw raw(*server);
      REQUIRE(raw.connect());
      raw.say("POST / HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (const std::string_view piece :
           {body.substr(0, cut), body.substr(cut, 1), body.substr(cut + 1)}) {
        ::poll(nullptr, 0, 5);  // So that the server reads what was said before.
        raw.say(piece);
      }
      CHECK(raw.rest().ends_with(body[0] == '3' ? "abc." : "\r\n\r\n."));
    }
  }
}

TEST_CASE("server: what is too long or malformed is refused") {
  Server::Options options;
  options.body_bytes_max = 1000;
  options.header_bytes_max = 1000;
  const auto server = serve(options, path_of);
  struct Case {
    std::string request, want;
  };
  for (const auto& c : {
           Case{"GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", "HTTP/1.1 431 "},
           Case{"GET / HTTP/1.1\r\nX: " + std::string(2000, 'x'), "HTTP/1.1 431 "},
           Case{"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413 "},
           Case{"nonsense\r\n\r\n", "HTTP/1.1 400 "},
       }) {
    CAPTURE(c.request);
    Raw raw(*server);
    REQUIRE(raw.connect());
    raw.say(c.request);
    CHECK(raw.rest().starts_with(c.want));
  }
}

TEST_CASE("server: slow clients do not shut others out") {
  Server::Options options;
  options.connections_max = 8;
  const auto server = serve(options, path_of);
  std::vector<std::unique_ptr<Raw>> slow;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(std::make_unique<Raw>(*server));
    REQUIRE(slow.back()->connect());
    slow.back()->say("GET /slow HTTP/1.1\r\n");
  }
  for (int i = 0; i < 3; ++i) {
    Client client(*parse_url("http://" + server->address()));
    const auto response = client.send({"GET", "/-/ready", {}, {}}, 30s, {});
    REQUIRE_MESSAGE(response, response.error().message);
    CHECK(response->body == "/-/ready");
  }
  CHECK(slow[0]->rest().empty());  // The first to come, the first to go.
}

TEST_CASE("server: clients that leave at the moment they are closed do not stop it") {
  Server::Options options;
  options.connections_max = 4;
  options.threads = 2;
  const auto server = serve(options, path_of);
  std::vector<base::Thread> leaving;
  for (int i = 0; i < 4; ++i)
    leaving.push_back(std::move(*base::Thread::start("client", [&] {
      for (int n = 0; n < 500; ++n) {
        Raw raw(*server);
        if (raw.connect()) raw.try_to_say("GET /slow HTTP/1.1\r\n");
      }
    })));
  leaving.clear();
  Client client(*parse_url("http://" + server->address()));
  const auto response = client.send({"GET", "/-/ready", {}, {}}, 30s, {});
  REQUIRE_MESSAGE(response, response.error().message);
  CHECK(response->body == "/-/ready");
}

TEST_CASE("server: a request that does not end in time is given up") {
  Server::Options options;
  options.request_timeout = 1s;
  const auto server = serve(options, path_of);
  Raw raw(*server);
  REQUIRE(raw.connect());
  raw.say("GET /slow HTTP/1.1\r\n");
  CHECK(raw.rest().empty());
}

TEST_CASE("server: while all connections are being served the answer is 503") {
  Server::Options options;
  options.connections_max = 2;
  options.threads = 3;
  base::Mutex mutex;
  base::Condition changed;
  int inside = 0;
  bool may_go = false;
  const auto server = serve(options, [&](const Request&) -> Response {
    base::Lock lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(mutex, [&] { return may_go; });
    return {200, {}, "served"};
  });
  std::vector<base::Thread> clients;
  for (int i = 0; i < 2; ++i)
    clients.push_back(std::move(*base::Thread::start("client", [&] {
      Client client(*parse_url("http://" + server->address()));
      const auto response = client.send({}, 60s, {});
      CHECK((response && response->body == "served"));
    })));
  {
    base::Lock lock(mutex);
    changed.wait(mutex, [&] { return inside == 2; });
  }
  Raw refused(*server);
  REQUIRE(refused.connect());
  CHECK(refused.rest().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  base::Lock lock(mutex);
  may_go = true;
  changed.notify_all();
}

TEST_CASE("server: without a descriptor for it a connection waits until there is one") {
  const auto server = serve({}, path_of);
  Raw raw(*server);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const base::Descriptor next(::dup(STDERR_FILENO));
  const rlimit none{static_cast<rlim_t>(next.get()), before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  CHECK(raw.connect());
  raw.say("GET /late HTTP/1.1\r\nConnection: close\r\n\r\n");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(raw.rest().ends_with("/late"));
}

TEST_CASE("server: an answer may come later, from another thread, and in any order of requests") {
  base::Mutex mutex;
  base::Condition changed;
  std::vector<std::pair<std::string, Reply>> waiting;
  auto server =
      Server::listen("127.0.0.1:0", {}, [&](const Request&, std::string body, Reply reply) {
        base::Lock lock(mutex);
        waiting.emplace_back(std::move(body), std::move(reply));
        changed.notify_all();
      });
  REQUIRE(server.has_value());
  Raw one(**server), two(**server);
  REQUIRE(one.connect());
  REQUIRE(two.connect());
  for (Raw* raw : {&one, &two})
    raw->say("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody");
  std::vector<std::pair<std::string, Reply>> taken;
  {
    base::Lock lock(mutex);
    changed.wait(mutex, [&] { return waiting.size() == 2; });
    taken.swap(waiting);
  }
  for (const auto& [body, reply] : taken) {
    CHECK(body == "body");
    reply({200, {}, "later"});
    reply({500, {}, "again"});  // Only the first answer counts.
  }
  for (Raw* raw : {&one, &two}) CHECK(raw->rest().ends_with("\r\n\r\nlater"));
  (*server)->stop();
  for (const auto& [body, reply] : taken) reply({200, {}, "to nobody"});
}

TEST_CASE("server: all bodies together are bounded, and what ends makes room") {
  Server::Options options;
  options.bodies_bytes_max = 1000;
  const auto server = serve(options, path_of);
  Raw raw(*server);
  REQUIRE(raw.connect());
  const auto request = [](size_t size) {
    return fmt::format("POST /a HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}", size,
                       std::string(size, 'x'));
  };
  for (int i = 0; i < 3; ++i) raw.say(request(900));
  raw.say(request(1001));
  const std::string answers = raw.rest();
  const std::string served = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/a";
  CHECK(answers.starts_with(served + served + served + "HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(answers.find("Retry-After: 1\r\n") != std::string::npos);
}

TEST_CASE("server: a client that asks for leave to send its body gets it") {
  const auto server = serve({}, [](const Request& request) {
    return Response{200, {}, std::string(request.body) + " of " + request.peer};
  });
  Raw raw(*server);
  REQUIRE(raw.connect());
  raw.say(
      "POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 4\r\n\r\n");
  CHECK(raw.head() == "HTTP/1.1 100 Continue\r\n\r\n");
  raw.say("body");
  CHECK(raw.rest().ends_with("\r\n\r\nbody of 127.0.0.1"));
}

TEST_CASE(
    "server: a request that nobody answers gets the late answer, also when the server stops") {
  Server::Options options;
  options.answer_timeout = 1s;
  options.late_answer = {503, {}, "late"};
  options.keep_alive = false;
  base::Mutex mutex;
  base::Condition changed;
  int taken = 0;
  const auto ignore = [&](const Request&, const std::string&, const Reply&) {
    base::Lock lock(mutex);
    ++taken;
    changed.notify_all();
  };
  auto server = Server::listen("127.0.0.1:0", options, DeferredHandler(ignore));
  REQUIRE(server.has_value());
  Raw raw(**server);
  REQUIRE(raw.connect());
  raw.say("GET / HTTP/1.1\r\n\r\n");
  CHECK(raw.rest().ends_with("\r\n\r\nlate"));
  options.answer_timeout = 3600s;
  server = Server::listen("127.0.0.1:0", options, DeferredHandler(ignore));
  REQUIRE(server.has_value());
  Raw other(**server);
  REQUIRE(other.connect());
  other.say("GET / HTTP/1.1\r\n\r\n");
  {
    base::Lock lock(mutex);
    while (taken < 2) changed.wait(mutex);
  }
  (*server)->stop();
  CHECK(other.rest().ends_with("\r\n\r\nlate"));
}

}  // namespace
}  // namespace io::http
