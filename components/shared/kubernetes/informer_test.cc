#include <doctest/doctest.h>

#include "components/shared/kubernetes/informers.h"
#include "components/shared/kubernetes/testing.h"
#include "tests/support/folder.h"

namespace components::kubernetes {
namespace {

using support::eventually;
using testing::FakeApi;
using testing::object;

const std::string kPods = "/api/v1/namespaces/n/pods";

/// A subscription with what came of it.
class Follower {
 public:
  explicit Follower(io::Loop& loop, const FakeApi& api, Query query = {"/api/v1", "pods", "n"})
      : subscription_(
            Informers::system().subscribe<Pod>(loop, *connection_of(api.client()), query, [] {})) {}

  /// "n/a@1 n/b@2" once that is what there is.
  bool has(const std::string& wanted) {
    return eventually([&] { return now() == wanted; });
  }
  std::string now() {
    for (auto& [key, pod] : subscription_->take(1000)) {
      if (pod)
        versions_[key] = pod->meta.resource_version;
      else
        versions_.erase(key);
    }
    std::string text;
    for (const auto& [key, version] : versions_)
      text += (text.empty() ? "" : " ") + key + "@" + version;
    return text;
  }
  Reflector::State state() const { return subscription_->state(); }
  bool has_problem(const std::string& wanted) const {
    return eventually([&] { return state().problem == wanted; });
  }

 private:
  std::map<std::string, std::string> versions_;
  Subscription<Pod> subscription_;
};

}  // namespace

TEST_CASE("kubernetes: a list, and what the watch says after it") {
  FakeApi api;
  api.set_list(kPods, {object("n/a", 1), object("n/b", 2)}, 5);
  io::Loop loop;
  REQUIRE(loop.start());
  Follower pods(loop, api);
  CHECK(pods.has("n/a@1 n/b@2"));
  CHECK(api.event(kPods, "ADDED", object("n/c", 6)));
  CHECK(api.event(kPods, "MODIFIED", object("n/a", 7)));
  CHECK(api.event(kPods, "DELETED", object("n/b", 8)));
  CHECK(pods.has("n/a@7 n/c@6"));
  CHECK(pods.state().is_synced);
  // An event in two pieces; a bookmark moves the version that the next watch begins at.
  CHECK(api.say(kPods, R"({"type":"MODIFIED","object":{"metadata":{"name":"c","names)"));
  CHECK(api.say(kPods, R"(pace":"n","uid":"u","resourceVersion":"9"}}})"
                       "\n"));
  CHECK(pods.has("n/a@7 n/c@9"));
  CHECK(api.event(kPods, "BOOKMARK", R"({"metadata":{"resourceVersion":"30"}})"));
  CHECK(api.end_watch(kPods));
  CHECK(eventually([&] { return api.count("resourceVersion=30") == 1; }));
  CHECK(api.count("watch=1") == 2);
  CHECK(api.count("limit=500") == 1);
}

TEST_CASE("kubernetes: after 410 all is listed again, and what is gone meanwhile goes") {
  FakeApi api;
  api.set_list(kPods, {object("n/a", 1), object("n/b", 2)}, 5);
  io::Loop loop;
  REQUIRE(loop.start());
  Follower pods(loop, api);
  CHECK(pods.has("n/a@1 n/b@2"));
  api.set_list(kPods, {object("n/b", 2), object("n/c", 9)}, 20);
  CHECK(api.event(kPods, "ERROR", R"({"kind":"Status","code":410,"reason":"Expired"})"));
  CHECK(pods.has("n/b@2 n/c@9"));
  CHECK(pods.state().problem.empty());
  // Not out of the cache of the server, which may be older.
  const auto requests = api.requests();
  CHECK(requests[0].find("resourceVersion=0") != std::string::npos);
  CHECK(requests[2].find("resourceVersion") == std::string::npos);
}

TEST_CASE("kubernetes: a list in pages") {
  FakeApi api;
  api.set(kPods, R"({"metadata":{"resourceVersion":"5","continue":"a/b="},"items":[)" +
                     object("n/a", 1) + "]}");
  io::Loop loop;
  REQUIRE(loop.start());
  Follower pods(loop, api);
  CHECK(pods.has("n/a@1"));
  CHECK(!pods.state().is_synced);
  api.set_list(kPods, {object("n/b", 2)}, 5);
  CHECK(pods.has("n/a@1 n/b@2"));
  CHECK(eventually([&] { return pods.state().is_synced; }));
  CHECK(api.count("continue=a%2Fb%3D") > 0);
}

TEST_CASE("kubernetes: what the API refuses is a problem until it does not") {
  FakeApi api;
  io::Loop loop;
  REQUIRE(loop.start());
  api.set(kPods, R"({"kind":"Status","message":"pods is forbidden: no list"})", "403 Forbidden");
  Follower pods(loop, api);
  CHECK(pods.has_problem("list pods in namespace n: HTTP 403: pods is forbidden: no list"));
  CHECK(pods.state().failures > 0);
  api.set_list(kPods, {object("n/a", 1)});
  CHECK(pods.has("n/a@1"));
  CHECK(pods.has_problem(""));
}

TEST_CASE("kubernetes: the problem of each answer") {
  struct Case {
    const char* status;
    const char* body;
    const char* problem;
  };
  for (const auto& [status, body, problem] : std::vector<Case>{
           {"404 Not Found", "404 page not found",
            "list pods in namespace n: HTTP 404: the server has no such resource; its definition "
            "(CRD) is not installed"},
           {"500 Oops", "", "list pods in namespace n: HTTP 500"},
           {"200 OK", "[]", "list pods in namespace n: the answer is not a list"},
           {"200 OK", R"({"metadata":{"resourceVersion":"1"},"items":[{"spec":1}]})",
            "list pods in namespace n: a malformed object: expected '{', at byte 8"}}) {
    FakeApi api;
    api.set(kPods, body, status);
    io::Loop loop;
    REQUIRE(loop.start());
    Follower pods(loop, api);
    CHECK(pods.has_problem(problem));
  }
}

TEST_CASE("kubernetes: a token that is refused is read again at once") {
  const support::Folder folder;
  FakeApi api;
  api.set_list(kPods, {object("n/a", 1)});
  io::Loop loop;
  REQUIRE(loop.start());
  ClientArguments client = api.client();
  client.http_client.bearer_token = {};
  client.http_client.bearer_token_file = folder / "token";
  folder.write("token", "old\n");
  auto pods = Informers::system().subscribe<Pod>(loop, *connection_of(client),
                                                 {"/api/v1", "pods", "n"}, [] {});
  CHECK(eventually([&] { return pods->state().problem.find("HTTP 401") != std::string::npos; }));
  CHECK(api.count("pods") >= 2);
  folder.write("token", "t0ken\n");
  CHECK(eventually([&] { return pods->find("n/a") != nullptr; }));
}

TEST_CASE("kubernetes: those who ask the same share one watch") {
  FakeApi api;
  api.set_list(kPods, {object("n/a", 1)});
  io::Loop loop;
  REQUIRE(loop.start());
  Follower first(loop, api);
  CHECK(first.has("n/a@1"));
  Follower second(loop, api);
  CHECK(second.has("n/a@1"));
  Follower third(loop, api, {"/api/v1", "pods", "n", "a=b"});
  CHECK(third.has("n/a@1"));
  CHECK(api.count("labelSelector=a%3Db&limit") == 1);
  CHECK(api.count("limit=500") == 2);
}

}  // namespace components::kubernetes
