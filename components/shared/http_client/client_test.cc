#include "components/shared/http_client/client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/mutex.h"
#include "io/http/server.h"
#include "tests/support/folder.h"
#include "tests/support/raw_server.h"

using namespace std::chrono_literals;

namespace components {
namespace {

using io::http::Headers;
using io::http::parse_url;
using io::http::Request;
using io::http::Response;
using io::http::Server;

/// A server that keeps what it was asked.
class Recorder {
 public:
  explicit Recorder(std::function<Response(const Request&)> answer)
      : server_(Server::listen("127.0.0.1:0", [this, answer](const Request& request) {
          {
            base::Lock lock(mutex_);
            headers_.push_back(request.headers);
            texts_.push_back(fmt::format("{} {} {}", request.method, request.target, request.body));
          }
          return answer(request);
        })) {
    REQUIRE(server_);
  }
  std::string url(const char* path = "") const { return "http://" + (*server_)->address() + path; }
  void stop() { (*server_)->stop(); }
  /// "POST /push body" of each request since the last call.
  std::vector<std::string> seen() {
    base::Lock lock(mutex_);
    return std::exchange(texts_, {});
  }
  std::string header(const char* name) {
    base::Lock lock(mutex_);
    return headers_.empty() ? "" : std::string(io::http::find(headers_.back(), name));
  }

 private:
  base::Mutex mutex_;
  std::vector<Headers> headers_ GUARDED_BY(mutex_);
  std::vector<std::string> texts_ GUARDED_BY(mutex_);
  base::Result<std::unique_ptr<Server>> server_;
};

HttpClient client_to(const std::string& url, const HttpClientArguments& arguments) {
  return HttpClient(*parse_url(url), std::make_shared<HttpSettings>(arguments));
}

Response to(int status, std::string place) {
  return {status, {{"Location", std::move(place)}}, {}};
}

Oauth2Arguments oauth2_at(const std::string& token_url) {
  Oauth2Arguments out;
  out.client_id = "tributary";
  out.client_secret = base::Secret("hush hush");
  out.token_url.text = token_url;
  return out;
}

}  // namespace

TEST_CASE("http client: the login, and headers that replace those of the request") {
  const support::Folder folder;
  folder.write("token", " from-file\n");
  Recorder server([](const Request&) { return Response(); });
  struct Case {
    const char* what;
    std::function<void(HttpClientArguments&)> set;
    std::string authorization;
  };
  for (const auto& c : {
           Case{"none", [](auto&) {}, "of the request"},
           Case{"basic_auth",
                [](auto& a) {
                  a.basic_auth = {"user", base::Secret("pw"), ""};
                },
                io::http::basic_authorization("user", "pw")},
           Case{"password_file",
                [&](auto& a) {
                  a.basic_auth = {"user", {}, folder / "token"};
                },
                io::http::basic_authorization("user", "from-file")},
           Case{"authorization",
                [](auto& a) {
                  a.authorization = {"Key", base::Secret("abc"), ""};
                },
                "Key abc"},
           Case{"credentials_file",
                [&](auto& a) {
                  a.authorization = {"", {}, folder / "token"};
                },
                "Bearer from-file"},
           Case{"bearer_token", [](auto& a) { a.bearer_token = base::Secret("abc"); },
                "Bearer abc"},
           Case{"bearer_token_file", [&](auto& a) { a.bearer_token_file = folder / "token"; },
                "Bearer from-file"},
       }) {
    CAPTURE(c.what);
    HttpClientArguments arguments;
    arguments.http_headers["X-Two"] = {base::Secret("1"), base::Secret("2")};
    c.set(arguments);
    auto client = client_to(server.url(), arguments);
    const Request request{
        "GET", "/", {{"authorization", "of the request"}, {"x-two", "0"}, {"X-Own", "1"}}, {}};
    REQUIRE(client.send(request, 5s, {}));
    CHECK(server.header("Authorization") == c.authorization);
    CHECK(server.header("X-Two") == "1");
    CHECK(server.header("X-Own") == "1");
  }
  HttpClientArguments arguments;
  arguments.bearer_token_file = folder / "none";
  auto client = client_to(server.url(), arguments);
  CHECK_FALSE(client.send({}, 5s, {}));
  CHECK(client.lacked_login());
}

TEST_CASE("http client: which redirects are followed") {
  Recorder other([](const Request&) { return Response{200, {}, "other"}; });
  Recorder server([&](const Request& request) {
    const int status = std::atoi(request.query("status").value_or("0").c_str());
    if (request.path() == "/loop") return to(302, "/loop");
    if (status == 0) return Response{200, {}, "here"};
    return to(status, request.path() == "/away" ? other.url("/push") : "/new");
  });
  struct Case {
    const char *method, *target;
    bool may_follow;
    int status;
    std::vector<std::string> here, there;
  };
  for (const auto& c : {
           Case{"GET", "/?status=301", true, 200, {"GET /?status=301 ", "GET /new "}, {}},
           Case{"GET", "/?status=302", true, 200, {"GET /?status=302 ", "GET /new "}, {}},
           Case{"GET", "/?status=303", true, 200, {"GET /?status=303 ", "GET /new "}, {}},
           Case{"GET", "/?status=307", false, 307, {"GET /?status=307 "}, {}},
           Case{"GET", "/?status=304", true, 304, {"GET /?status=304 "}, {}},
           Case{"POST",
                "/?status=307",
                true,
                200,
                {"POST /?status=307 lines", "POST /new lines"},
                {}},
           Case{"POST",
                "/?status=308",
                true,
                200,
                {"POST /?status=308 lines", "POST /new lines"},
                {}},
           Case{"POST", "/?status=301", true, 301, {"POST /?status=301 lines"}, {}},
           Case{"POST", "/?status=303", true, 303, {"POST /?status=303 lines"}, {}},
           Case{"POST",
                "/away?status=308",
                true,
                200,
                {"POST /away?status=308 lines"},
                {"POST /push lines"}},
       }) {
    CAPTURE(c.method);
    CAPTURE(c.target);
    HttpClientArguments arguments;
    arguments.follow_redirects = c.may_follow;
    auto client = client_to(server.url(), arguments);
    const std::string_view body = c.method[0] == 'P' ? "lines" : "";
    const auto response = client.send({c.method, c.target, {}, body}, 5s, {});
    REQUIRE_MESSAGE(response, response.error().message);
    CHECK(response->status == c.status);
    CHECK(server.seen() == c.here);
    CHECK(other.seen() == c.there);
  }
  auto client = client_to(server.url(), {});
  CHECK(client.send({"GET", "/loop", {}, {}}, 5s, {})->status == 302);
  CHECK(server.seen().size() == HttpClient::kRedirectsMax + 1);
}

TEST_CASE("http client: another host gets neither login nor configured headers") {
  Recorder other([](const Request&) { return Response(); });
  Recorder server([&](const Request& request) {
    return request.path() == "/" ? to(307, other.url()) : to(307, "/");
  });
  HttpClientArguments arguments;
  arguments.basic_auth = {"user", base::Secret("pw"), ""};
  arguments.http_headers["X-Key"] = {base::Secret("key")};
  auto client = client_to(server.url(), arguments);
  const auto response = client.send({"POST", "/first", {{"X-Scope-OrgID", "t"}}, "lines"}, 5s, {});
  REQUIRE_MESSAGE(response, response.error().message);
  CHECK(response->ok());
  CHECK(server.seen().size() == 2);
  CHECK(server.header("Authorization") == io::http::basic_authorization("user", "pw"));
  CHECK(server.header("X-Key") == "key");
  CHECK(other.header("Authorization").empty());
  CHECK(other.header("X-Key").empty());
  CHECK(other.header("X-Scope-OrgID") == "t");

  auto with_login = *parse_url(server.url());
  with_login.authorization = io::http::basic_authorization("in", "url");
  HttpClient by_url(with_login, std::make_shared<HttpSettings>(HttpClientArguments()));
  REQUIRE(by_url.send({"POST", "/first", {}, "lines"}, 5s, {}));
  CHECK(server.header("Authorization") == with_login.authorization);
  CHECK(other.header("Authorization").empty());
}

TEST_CASE("http client: a redirect is never followed from https to http, nor to a socket") {
  const auto from = *parse_url("https://loki/push");
  struct Case {
    const char* place;
    bool is_followed;
  };
  for (const Case& c : {Case{"http://loki/push", false}, Case{"https://other", true},
                        Case{"unix:///run/docker.sock", false}, Case{"ftp://x", false},
                        Case{"", false}, Case{"/x", true}}) {
    CAPTURE(c.place);
    CHECK(redirect_of({}, from, to(302, c.place)).has_value() == c.is_followed);
  }
  CHECK_FALSE(redirect_of({}, *parse_url("unix:///run/docker.sock"), to(302, "/x")));
}

TEST_CASE("http client: oauth2 asks once, again after a refusal, with all it was told") {
  std::atomic<int> tokens{0};
  Recorder issuer([&](const Request&) {
    return Response{
        200, {}, fmt::format(R"({{"access_token": "t{}", "token_type": "bearer"}})", ++tokens)};
  });
  std::atomic<bool> refuses_first{false};
  Recorder server([&](const Request& request) {
    const auto login = io::http::find(request.headers, "Authorization");
    return Response{refuses_first && login == "Bearer t1" ? 401 : 200, {}, {}};
  });
  HttpClientArguments arguments;
  arguments.oauth2 = oauth2_at(issuer.url("/token?x=1"));
  arguments.oauth2->scopes = {"logs:write", "b"};
  arguments.oauth2->endpoint_params = {{"audience", "https://loki/&"}};
  const auto settings = std::make_shared<HttpSettings>(arguments);
  HttpClient first(*parse_url(server.url()), settings), second(*parse_url(server.url()), settings);
  for (HttpClient* client : {&first, &second, &first}) {
    const auto response = client->send({}, 5s, {});
    REQUIRE_MESSAGE(response, response.error().message);
    CHECK(server.header("Authorization") == "Bearer t1");
  }
  CHECK(issuer.seen() == std::vector<std::string>{
                             "POST /token?x=1 grant_type=client_credentials&scope=logs%3Awrite%20b"
                             "&audience=https%3A%2F%2Floki%2F%26"});
  CHECK(issuer.header("Authorization") ==
        io::http::basic_authorization("tributary", "hush%20hush"));
  refuses_first = true;
  CHECK(first.send({}, 5s, {})->ok());
  CHECK(server.header("Authorization") == "Bearer t2");
  CHECK(second.send({}, 5s, {})->ok());
  CHECK(tokens == 2);
}

TEST_CASE("http client: oauth2 with a server that refuses every token") {
  Recorder issuer([&](const Request&) { return Response{200, {}, R"({"access_token": "t"})"}; });
  Recorder server([&](const Request&) { return Response{401, {}, {}}; });
  HttpClientArguments arguments;
  arguments.oauth2 = oauth2_at(issuer.url());
  auto client = client_to(server.url(), arguments);
  CHECK(client.send({}, 5s, {})->status == 401);
  CHECK_FALSE(client.lacked_login());
  CHECK(issuer.seen().size() == 2);
  CHECK(server.seen().size() == 2);
}

TEST_CASE("http client: oauth2 logs in by the form where the issuer wants that") {
  Recorder issuer([&](const Request& request) {
    const bool in_form = request.body.find("client_secret=hush%20hush") != request.body.npos;
    return in_form ? Response{200, {}, R"({"access_token": "t", "expires_in": "3600"})"}
                   : Response{401, {}, R"({"error": "invalid_client"})"};
  });
  HttpClientArguments arguments;
  arguments.oauth2 = oauth2_at(issuer.url());
  HttpSettings settings(arguments);
  const auto headers = settings.headers(5s, {});
  REQUIRE_MESSAGE(headers, headers.error().message);
  CHECK(io::http::find(*headers, "Authorization") == "Bearer t");
  CHECK(issuer.seen().size() == 2);
  settings.renew(*headers);
  CHECK(settings.headers(5s, {}));
  CHECK(issuer.seen().size() == 1);  // It is known now which way.
}

TEST_CASE("http client: oauth2 while the issuer is down, and when it is back") {
  const support::Folder folder;
  const std::string socket_url = [] {
    uint16_t port = 0;
    ::close(support::listening_socket(port));
    return "127.0.0.1:" + std::to_string(port);
  }();
  Recorder server([](const Request&) { return Response(); });
  HttpClientArguments arguments;
  arguments.oauth2 = oauth2_at("http://who:secret@" + socket_url + "/token");
  auto client = client_to(server.url(), arguments);
  const auto failed = client.send({}, 5s, {});
  REQUIRE_FALSE(failed);
  CHECK(client.lacked_login());
  CHECK(failed.error().message == "oauth2: token endpoint " + socket_url + ": " + socket_url +
                                      ": connect: Connection refused");
  CHECK(server.seen().empty());
  auto issuer = Server::listen(socket_url, [](const Request&) {
    return Response{200, {}, R"({"access_token": "t"})"};
  });
  REQUIRE(issuer);
  const auto response = client.send({}, 5s, {});
  REQUIRE_MESSAGE(response, response.error().message);
  CHECK(server.header("Authorization") == "Bearer t");
  CHECK_FALSE(client.lacked_login());
}

TEST_CASE("http client: while one caller waits for a token, others take what it gets") {
  support::RawServer silent([](int fd) { support::await_close(fd); });
  HttpClientArguments arguments;
  arguments.oauth2 = oauth2_at("http://" + silent.address());
  HttpSettings settings(arguments);
  std::stop_source stop;
  std::vector<std::thread> callers;
  std::atomic<int> failed{0};
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] { failed += settings.headers(60s, stop.get_token()) ? 0 : 1; });
  while (silent.connections == 0) std::this_thread::yield();
  stop.request_stop();
  for (std::thread& caller : callers) caller.join();
  CHECK(failed == 4);
  CHECK(silent.connections == 1);
}

TEST_CASE("oauth2: what an answer grants") {
  struct Case {
    int status;
    const char *body, *authorization;
    int lifetime_s;
    const char* error;
  };
  for (const Case& c : {
           Case{200, R"({"access_token": "a"})", "Bearer a", 0, ""},
           Case{200, R"({"access_token": "a", "token_type": "BEARER", "expires_in": 3600})",
                "Bearer a", 3590, ""},
           Case{200, R"({"access_token": "a", "token_type": "MAC", "expires_in": "60"})", "MAC a",
                50, ""},
           Case{200, R"({"access_token": "a", "expires_in": 10})", "Bearer a", 5, ""},
           Case{200, R"({"access_token": "a", "expires_in": -5})", "Bearer a", 0, ""},
           Case{200, R"({"access_token": 5})", "", 0, "the answer holds no access_token"},
           Case{200, "access_token=a", "", 0, "the answer holds no access_token"},
           Case{200, "[]", "", 0, "the answer holds no access_token"},
           Case{401, R"({"error": "invalid_client", "error_description": "who?"})", "", 0,
                "HTTP 401: invalid_client: who?"},
           Case{502, "<html>", "", 0, "HTTP 502"},
       }) {
    CAPTURE(c.body);
    const auto grant = parse_grant({c.status, {}, c.body});
    REQUIRE(grant.has_value() == (c.error[0] == '\0'));
    if (!grant) {
      CHECK(grant.error().message == c.error);
      continue;
    }
    CHECK(grant->authorization == c.authorization);
    CHECK(grant->lifetime == std::chrono::seconds(c.lifetime_s));
  }
}

TEST_CASE("http client: the settings' proxy, and one that the environment does not name well") {
  support::RawServer proxy([](int fd) {
    const auto head = support::read_head(fd);
    support::say(fd, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(head.size()) +
                         "\r\n\r\n" + head);
  });
  HttpClientArguments arguments;
  arguments.proxy.proxy_url.text = "http://" + proxy.address();
  arguments.proxy.no_proxy = "direct.invalid";
  auto client = client_to("http://loki.invalid", arguments);
  const auto response = client.send({}, 5s, {});
  REQUIRE_MESSAGE(response, response.error().message);
  CHECK(response->body.starts_with("GET http://loki.invalid/ HTTP/1.1\r\n"));
  CHECK_FALSE(client_to("http://direct.invalid", arguments).send({}, 20s, {}));
  CHECK(proxy.connections == 1);

  ::setenv("HTTPS_PROXY", "ftp://user:secret@x", 1);
  HttpClientArguments environment;
  environment.proxy.proxy_from_environment = true;
  auto none = client_to("http://loki.invalid", environment);
  const auto refused = none.send({}, 5s, {});
  ::unsetenv("HTTPS_PROXY");
  REQUIRE_FALSE(refused);
  CHECK(none.lacked_login());
  CHECK(refused.error().message ==
        "HTTPS_PROXY: URL does not begin with http://, https:// or unix://");
}

}  // namespace components
