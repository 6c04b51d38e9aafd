#include "io/http/resolver.h"

#include <doctest/doctest.h>
#include <netinet/in.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "base/thread.h"

using namespace std::chrono_literals;
using io::http::Addresses;
using io::http::Resolver;

namespace {

std::string ports_of(const base::Result<Addresses>& found) {
  if (!found) return found.error().message;
  std::string out;
  for (const auto& address : *found)
    out +=
        std::to_string(ntohs(reinterpret_cast<const sockaddr_in*>(address.data())->sin_port)) + " ";
  return out;
}

/// The answer, when it comes.
std::future<std::string> ask(Resolver& resolver, const std::string& host, uint16_t port) {
  auto answer = std::make_shared<std::promise<std::string>>();
  resolver.resolve(host, port, [answer](const base::Result<Addresses>& found) {
    answer->set_value(ports_of(found));
  });
  return answer->get_future();
}

}  // namespace

TEST_CASE("resolver: a slow name is looked up once for all who ask, and kept") {
  std::promise<void> go;
  std::shared_future<void> allowed = go.get_future().share();
  std::atomic<int> looked_up{0};
  Resolver resolver([&](const std::string&) {
    ++looked_up;
    allowed.wait();
    return io::http::numeric_address("127.0.0.1");
  });
  auto first = ask(resolver, "slow", 1), second = ask(resolver, "slow", 2);
  // An address does not wait for it.
  CHECK(ask(resolver, "10.0.0.1", 5).get() == "5 ");
  CHECK(first.wait_for(0s) == std::future_status::timeout);
  go.set_value();
  CHECK(first.get() == "1 ");
  CHECK(second.get() == "2 ");
  CHECK(ask(resolver, "slow", 3).get() == "3 ");
  CHECK(looked_up == 1);
  resolver.forget("slow");
  CHECK(ask(resolver, "slow", 4).get() == "4 ");
  CHECK(looked_up == 2);
}

TEST_CASE("resolver: what is too old, what failed, and what had no thread is asked for again") {
  std::atomic<int> looked_up{0};
  std::atomic<bool> fails{false};
  Resolver resolver(
      [&](const std::string& host) -> base::Result<Addresses> {
        ++looked_up;
        if (fails) return base::fail("resolve {}: no", host);
        return io::http::numeric_address("127.0.0.1");
      },
      0s);
  CHECK(ask(resolver, "a", 1).get() == "1 ");
  CHECK(ask(resolver, "a", 1).get() == "1 ");
  CHECK(looked_up == 2);
  fails = true;
  CHECK(ask(resolver, "a", 1).get() == "resolve a: no");
  CHECK(ask(resolver, "a", 1).get() == "resolve a: no");
  CHECK(looked_up == 4);
  Resolver fresh([](const std::string&) { return io::http::numeric_address("127.0.0.1"); });
  {
    const base::ThreadShortage shortage;
    CHECK(ask(fresh, "a", 1).get().find("resolve a: cannot start thread") == 0);
  }
  CHECK(ask(fresh, "a", 1).get() == "1 ");
}

TEST_CASE("resolver: many slow names are looked up by a few threads, and all are answered") {
  std::promise<void> go;
  std::shared_future<void> allowed = go.get_future().share();
  std::atomic<int> at_once{0}, begun{0}, most{0};
  Resolver resolver([&](const std::string&) {
    const int now = ++at_once;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    ++begun;
    allowed.wait();
    --at_once;
    return io::http::numeric_address("127.0.0.1");
  });
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 3 * Resolver::kThreadsMax; ++i)
    answers.push_back(ask(resolver, "n" + std::to_string(i), 1));
  while (begun < Resolver::kThreadsMax) std::this_thread::yield();
  go.set_value();
  for (auto& answer : answers) CHECK(answer.get() == "1 ");
  CHECK(most == Resolver::kThreadsMax);
}

TEST_CASE("resolver: many names are bounded") {
  std::atomic<int> looked_up{0};
  Resolver resolver([&](const std::string&) {
    ++looked_up;
    return io::http::numeric_address("127.0.0.1");
  });
  for (size_t i = 0; i <= Resolver::kNamesMax; ++i)
    CHECK(ask(resolver, "n" + std::to_string(i), 1).get() == "1 ");
  const int before = looked_up;
  ask(resolver, "n0", 1).get();
  CHECK(looked_up == before + 1);
}
