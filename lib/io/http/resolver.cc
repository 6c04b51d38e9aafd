#include "io/http/resolver.h"

#include <netdb.h>
#include <netinet/in.h>

#include <cstring>
#include <optional>
#include <utility>

#include "base/thread.h"

namespace io::http {
namespace {

base::Result<Addresses> ask_system(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) return base::fail("resolve {}: {}", host, ::gai_strerror(code));
  Addresses addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    address.size = info->ai_addrlen;
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
  }
  ::freeaddrinfo(found);
  return addresses;
}

base::Result<Addresses> with_port(const base::Result<Addresses>& found, uint16_t port) {
  auto addresses = found;
  if (addresses)
    for (SocketAddress& address : *addresses) address.set_port(port);
  return addresses;
}

}  // namespace

void SocketAddress::set_port(uint16_t port) {
  if (family() == AF_INET) reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
  if (family() == AF_INET6) reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
}

base::Result<Addresses> numeric_address(const std::string& host) {
  return ask_system(host, AI_NUMERICHOST);
}

Resolver& Resolver::system() {
  static Resolver resolver([](const std::string& host) { return ask_system(host, AI_ADDRCONFIG); });
  return resolver;
}

Resolver::Resolver(LookUp look_up, std::chrono::nanoseconds keep)
    : state_(std::make_shared<State>()) {
  state_->look_up = std::move(look_up);
  state_->keep = keep;
}

void Resolver::resolve(const std::string& host, uint16_t port, OnDone on_done) {
  if (const auto numeric = numeric_address(host)) return on_done(with_port(numeric, port));
  if (const auto known = state_->known(host)) return on_done(with_port(*known, port));
  if (state_->enqueue(host, {port, std::move(on_done)})) start_thread();
}

std::optional<Addresses> Resolver::State::known(const std::string& host) {
  base::Lock lock(mutex);
  const auto found = names.find(host);
  if (found == names.end() || Clock::now() >= found->second.until) return std::nullopt;
  return found->second.addresses;
}

bool Resolver::State::enqueue(const std::string& host, Waiting waiting) {
  base::Lock lock(mutex);
  make_room();
  Name& name = names[host];
  name.waiting.push_back(std::move(waiting));
  if (name.waiting.size() > 1) return false;
  queue.push_back(host);
  if (threads == kThreadsMax) return false;
  ++threads;
  return true;
}

void Resolver::start_thread() {
  auto thread = base::Thread::start("resolve", [state = state_] { state->look_up_queue(); });
  if (thread) return thread->detach();
  state_->fail_queue(thread.error());
}

void Resolver::State::look_up_queue() {
  for (;;) {
    std::string host;
    {
      base::Lock lock(mutex);
      if (queue.empty()) {
        --threads;
        return;
      }
      host = std::move(queue.front());
      queue.pop_front();
    }
    finish(host, look_up(host));
  }
}

/// There is no thread for it. If others run, they take it.
void Resolver::State::fail_queue(const base::Error& error) {
  std::deque<std::string> hosts;
  {
    base::Lock lock(mutex);
    if (--threads > 0) return;
    hosts.swap(queue);
  }
  for (const std::string& host : hosts) finish(host, base::in_context("resolve " + host, error));
}

void Resolver::State::finish(const std::string& host, base::Result<Addresses> found) {
  std::vector<Waiting> waiting;
  {
    base::Lock lock(mutex);
    Name& name = names[host];
    waiting.swap(name.waiting);
    if (found) {
      name.addresses = *found;
      name.until = Clock::now() + keep;
    } else {
      names.erase(host);
    }
  }
  for (const Waiting& one : waiting) one.on_done(with_port(found, one.port));
}

/// Names that nobody asked for lately go when there are many.
void Resolver::State::make_room() {
  if (names.size() < kNamesMax) return;
  const auto now = Clock::now();
  std::erase_if(names, [&](const auto& entry) {
    return entry.second.waiting.empty() && entry.second.until <= now;
  });
  if (names.size() < kNamesMax) return;
  std::erase_if(names, [](const auto& entry) { return entry.second.waiting.empty(); });
}

void Resolver::forget(const std::string& host) {
  base::Lock lock(state_->mutex);
  const auto known = state_->names.find(host);
  if (known != state_->names.end()) known->second.until = {};
}

}  // namespace io::http
