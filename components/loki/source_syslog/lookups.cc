#include "components/loki/source_syslog/lookups.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <chrono>
#include <deque>
#include <map>
#include <utility>

#include "base/mutex.h"
#include "base/thread.h"

namespace components::loki::source_syslog {
namespace {

using Clock = std::chrono::steady_clock;

/// How long an answer is good for.
constexpr std::chrono::minutes kKept{5};
/// Answers remembered; with more, all are forgotten that no look-up is under way for.
constexpr size_t kAnswersMax = 8192;
/// Questions of the two kinds.
constexpr char kName = 'n', kAddresses = 'a';

Answer system_name_of(const std::string& ip) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (::getaddrinfo(ip.c_str(), nullptr, &hints, &found) != 0) return {};
  char name[NI_MAXHOST];
  const int code =
      ::getnameinfo(found->ai_addr, found->ai_addrlen, name, sizeof name, nullptr, 0, NI_NAMEREQD);
  ::freeaddrinfo(found);
  return code == 0 ? Answer{name} : Answer{};
}

Answer system_addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  Answer addresses;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0)
      addresses.emplace_back(text);
  }
  ::freeaddrinfo(found);
  return addresses;
}

}  // namespace

Resolver Resolver::of_system() {
  return {system_name_of, system_addresses_of};
}

struct Lookups::State {
  struct Entry {
    std::optional<Answer> answer;
    Clock::time_point asked{};
  };

  void run();
  Answer ask(const std::string& key) const {
    return (key[0] == kName ? resolver.name_of : resolver.addresses_of)(key.substr(1));
  }

  Resolver resolver;
  base::Mutex mutex;
  // nullptr when the Lookups is gone.
  std::shared_ptr<const io::Wake> wake GUARDED_BY(mutex);
  std::map<std::string, Entry> entries GUARDED_BY(mutex);
  std::deque<std::string> questions GUARDED_BY(mutex);
  size_t threads GUARDED_BY(mutex) = 0;
  bool has_news GUARDED_BY(mutex) = false;
};

/// Asks until there are no questions.
void Lookups::State::run() {
  base::Lock lock(mutex);
  while (wake && !questions.empty()) {
    const std::string key = std::move(questions.front());
    questions.pop_front();
    mutex.unlock();
    Answer answer = ask(key);
    mutex.lock();
    entries[key] = {std::move(answer), Clock::now()};
    has_news = true;
    if (wake) wake->notify();
  }
  --threads;
}

Lookups::Lookups(Resolver resolver, std::shared_ptr<const io::Wake> wake)
    : state_(std::make_shared<State>()) {
  base::Lock lock(state_->mutex);
  state_->resolver = std::move(resolver);
  state_->wake = std::move(wake);
}

Lookups::~Lookups() {
  base::Lock lock(state_->mutex);
  state_->wake = nullptr;
}

std::optional<Answer> Lookups::name_of(const std::string& ip) {
  return find(kName + ip);
}

std::optional<Answer> Lookups::addresses_of(const std::string& host) {
  return find(kAddresses + host);
}

void Lookups::forget_addresses_of(const std::string& host) {
  base::Lock lock(state_->mutex);
  const auto known = state_->entries.find(kAddresses + host);
  if (known != state_->entries.end() && known->second.answer) state_->entries.erase(known);
}

bool Lookups::has_news() {
  base::Lock lock(state_->mutex);
  return std::exchange(state_->has_news, false);
}

std::optional<Answer> Lookups::find(std::string key) {
  State& state = *state_;
  base::Lock lock(state.mutex);
  const auto now = Clock::now();
  if (const auto known = state.entries.find(key); known != state.entries.end()) {
    if (!known->second.answer || now - known->second.asked < kKept) return known->second.answer;
    state.entries.erase(known);
  }
  if (state.entries.size() >= kAnswersMax)
    std::erase_if(state.entries, [](const auto& entry) { return entry.second.answer.has_value(); });
  if (state.entries.size() >= kAnswersMax) return Answer{};  // The resolver does not keep up.
  state.entries[key] = {std::nullopt, now};
  state.questions.push_back(std::move(key));
  if (state.threads >= kThreadsMax) return std::nullopt;
  ++state.threads;
  if (auto thread = base::Thread::start("syslog lookup", [shared = state_] { shared->run(); })) {
    thread->detach();
  } else {
    --state.threads;  // The threads there are ask in its place; without any, there is no answer.
    if (state.threads > 0) return std::nullopt;
    state.entries.erase(state.questions.back());
    state.questions.pop_back();
    return Answer{};
  }
  return std::nullopt;
}

}  // namespace components::loki::source_syslog
