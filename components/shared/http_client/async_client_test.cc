#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <vector>

#include "components/shared/http_client/client.h"
#include "io/http/server.h"
#include "tests/support/test_proxy.h"

using namespace std::chrono_literals;

namespace components {
namespace {

using io::http::parse_url;
using io::http::Request;
using io::http::Response;
using io::http::Server;

std::string ask(AsyncHttpClient& client, const Request& request) {
  const auto done = std::make_shared<std::promise<base::Result<Response>>>();
  auto answer = done->get_future();
  client.send(request, 10s,
              [done](base::Result<Response> result) { done->set_value(std::move(result)); });
  if (answer.wait_for(30s) != std::future_status::ready) return "no answer in 30 s";
  const auto result = answer.get();
  return result ? fmt::format("{} {}", result->status, result->body) : result.error().message;
}

/// Answers with what it was sent: method, body and login.
Response what_came(const Request& request) {
  return {200,
          {},
          fmt::format("{} {} {}", request.method, request.body,
                      io::http::find(request.headers, "Authorization"))};
}

}  // namespace

TEST_CASE("async http client: login, redirects, and none of the login for another host") {
  io::Loop loop;
  REQUIRE(loop.start());
  auto other = Server::listen("127.0.0.1:0", what_came);
  REQUIRE(other);
  const std::string away = "http://" + (*other)->address() + "/push";
  auto server = Server::listen("127.0.0.1:0", [&](const Request& request) {
    if (request.path() == "/away") return Response{307, {{"Location", away}}, {}};
    if (request.path() == "/old") return Response{308, {{"Location", "/new"}}, {}};
    if (request.path() == "/loop") return Response{302, {{"Location", "/loop"}}, "loop"};
    return what_came(request);
  });
  REQUIRE(server);
  HttpClientArguments arguments;
  arguments.bearer_token = base::Secret("secret");
  const auto url = *parse_url("http://" + (*server)->address());
  AsyncHttpClient client(loop, url, std::make_shared<HttpSettings>(arguments));
  CHECK(ask(client, {"POST", "/", {}, "lines"}) == "200 POST lines Bearer secret");
  CHECK(ask(client, {"POST", "/old", {}, "lines"}) == "200 POST lines Bearer secret");
  CHECK(ask(client, {"POST", "/away", {}, "lines"}) == "200 POST lines ");
  CHECK(ask(client, {"GET", "/loop", {}, {}}) == "302 loop");
  arguments.follow_redirects = false;
  AsyncHttpClient stays(loop, url, std::make_shared<HttpSettings>(arguments));
  CHECK(ask(stays, {"POST", "/old", {}, "lines"}) == "308 ");
}

TEST_CASE("async http client: oauth2, with the login in the form, renewed after a refusal") {
  io::Loop loop;
  REQUIRE(loop.start());
  std::atomic<int> tokens{0};
  auto issuer = Server::listen("127.0.0.1:0", [&](const Request& request) {
    if (request.body.find("client_secret=hush") == request.body.npos) return Response{401, {}, {}};
    return Response{200, {}, fmt::format(R"({{"access_token": "t{}"}})", ++tokens)};
  });
  std::atomic<bool> refuses_first{false};
  auto server = Server::listen("127.0.0.1:0", [&](const Request& request) {
    const auto login = io::http::find(request.headers, "Authorization");
    return Response{refuses_first && login == "Bearer t1" ? 401 : 200, {}, std::string(login)};
  });
  REQUIRE(issuer);
  REQUIRE(server);
  HttpClientArguments arguments;
  arguments.oauth2.emplace();
  arguments.oauth2->client_id = "tributary";
  arguments.oauth2->client_secret = base::Secret("hush");
  arguments.oauth2->token_url.text = "http://" + (*issuer)->address();
  AsyncHttpClient client(loop, *parse_url("http://" + (*server)->address()),
                         std::make_shared<HttpSettings>(arguments));
  CHECK(ask(client, {}) == "200 Bearer t1");
  CHECK(ask(client, {}) == "200 Bearer t1");
  refuses_first = true;
  CHECK(ask(client, {}) == "200 Bearer t2");
  const std::string address = (*issuer)->address();
  (*issuer)->stop();
  arguments.oauth2->scopes = {"a"};
  AsyncHttpClient unlucky(loop, *parse_url("http://" + (*server)->address()),
                          std::make_shared<HttpSettings>(arguments));
  CHECK(ask(unlucky, {}) ==
        "oauth2: token endpoint " + address + ": " + address + ": connect: Connection refused");
}

TEST_CASE("async http client: many calls ask for one token, and one of them may be cancelled") {
  io::Loop loop;
  REQUIRE(loop.start());
  std::promise<void> go;
  std::shared_future<void> allowed = go.get_future().share();
  std::atomic<int> tokens{0};
  auto issuer = Server::listen("127.0.0.1:0", [&](const Request&) {
    allowed.wait();
    return Response{200, {}, fmt::format(R"({{"access_token": "t{}"}})", ++tokens)};
  });
  auto server = Server::listen("127.0.0.1:0", [](const Request& request) {
    return Response{200, {}, std::string(io::http::find(request.headers, "Authorization"))};
  });
  REQUIRE(issuer);
  REQUIRE(server);
  HttpClientArguments arguments;
  arguments.oauth2.emplace();
  arguments.oauth2->token_url.text = "http://" + (*issuer)->address();
  AsyncHttpClient client(loop, *parse_url("http://" + (*server)->address()),
                         std::make_shared<HttpSettings>(arguments));
  std::vector<std::shared_ptr<io::http::AsyncCall>> calls;
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 50; ++i) {
    const auto done = std::make_shared<std::promise<std::string>>();
    answers.push_back(done->get_future());
    calls.push_back(client.send({}, 30s, [done](const base::Result<Response>& result) {
      done->set_value(result ? result->body : result.error().message);
    }));
  }
  calls[7]->cancel();
  CHECK(answers[7].get() == "stopped");  // While the issuer is silent.
  calls[0]->cancel();                    // Who asked first: the others get the token all the same.
  CHECK(answers[0].get() == "stopped");
  go.set_value();
  for (size_t i = 0; i < answers.size(); ++i)
    if (i != 0 && i != 7) CHECK(answers[i].get() == "Bearer t1");
  CHECK(tokens == 1);
}

TEST_CASE("async http client: each kind of login, http_headers, a proxy, a bound for the body") {
  io::Loop loop;
  REQUIRE(loop.start());
  auto server = Server::listen("127.0.0.1:0", [](const Request& request) {
    return Response{200,
                    {},
                    fmt::format("{}, {}", io::http::find(request.headers, "Authorization"),
                                io::http::find(request.headers, "X-Own"))};
  });
  REQUIRE(server);
  const auto url = *parse_url("http://" + (*server)->address());
  const auto answer = [&](const HttpClientArguments& arguments, io::http::Url to) {
    AsyncHttpClient client(loop, std::move(to), std::make_shared<HttpSettings>(arguments));
    return ask(client, {"GET", "/", {{"X-Own", "of the request"}}, {}});
  };
  HttpClientArguments arguments;
  CHECK(answer(arguments, url) == "200 , of the request");
  arguments.http_headers["X-Own"] = {base::Secret("own")};
  arguments.basic_auth = {"user", base::Secret("pw"), ""};
  CHECK(answer(arguments, url) == "200 " + io::http::basic_authorization("user", "pw") + ", own");
  arguments.basic_auth.reset();
  arguments.authorization = {"Key", base::Secret("abc"), ""};
  CHECK(answer(arguments, url) == "200 Key abc, own");

  support::TestProxy proxy(url.port);
  arguments = {};
  arguments.proxy.proxy_url.text = "http://" + proxy.options().for_http->host_header();
  CHECK(answer(arguments, *parse_url("http://loki")) == "200 forwarded");
  arguments.proxy.proxy_url.text = "ftp://proxy";
  CHECK(answer(arguments, *parse_url("http://loki")).find("proxy_url: ") == 0);

  AsyncHttpClient bounded(loop, url, std::make_shared<HttpSettings>(HttpClientArguments()), 3);
  CHECK(ask(bounded, {"GET", "/", {{"X-Own", "long"}}, {}}) == "receive: body limit exceeded");
}

TEST_CASE("async http client: settings that cannot be used, and a call that is cancelled") {
  io::Loop loop;
  REQUIRE(loop.start());
  HttpClientArguments arguments;
  arguments.bearer_token_file = "/nonexistent/token";
  support::RawServer silent([](int fd) { support::await_close(fd); });
  AsyncHttpClient no_file(loop, silent.url(), std::make_shared<HttpSettings>(arguments));
  CHECK(ask(no_file, {}).find("/nonexistent/token") != std::string::npos);

  std::promise<std::string> done;
  AsyncHttpClient client(loop, silent.url(), std::make_shared<HttpSettings>(HttpClientArguments()));
  const auto call = client.send({}, 60s, [&](const base::Result<Response>& result) {
    done.set_value(result ? "answered" : result.error().message);
  });
  while (silent.connections == 0) std::this_thread::yield();
  call->cancel();
  CHECK(done.get_future().get() == "stopped");
}

}  // namespace components
