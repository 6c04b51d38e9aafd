#include <arpa/inet.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "components/loki/source_syslog/engine.h"
#include "components/shared/http_client/settings.h"
#include "io/socket.h"

namespace components::loki::source_syslog {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr int kAcceptsPerRound = 64;

/// An address that needs no look-up.
bool is_numeric(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

io::Transport transport_of(Protocol protocol) {
  return protocol == Protocol::tcp ? io::Transport::tcp : io::Transport::udp;
}

/// Reads a certificate and key that were renewed. Those of before stay in use when the new ones
/// cannot be used, or not yet: they are written one after the other.
template <class Port>
void renew_certificate(Port& port, const base::Logger& log) {
  const Listener& listener = port.plan->listener;
  const io::tls::Options options = tls_options(listener.tls_config);
  std::string files = io::tls::file_stamp(options);
  if (files == port.tls_files) return;
  port.tls_files = std::move(files);
  if (auto context = io::tls::server_context(options))
    port.tls = std::move(*context);
  else
    log.warn("{}: {}; what was read before stays in use", listener.address.text,
             context.error().message);
}

}  // namespace

void Engine::adopt_arguments() {
  Arguments arguments;
  {
    base::Lock lock(mutex_);
    if (!std::exchange(is_new_, false)) return;
    arguments = arguments_;
  }
  const bool new_rules = !labels_ || rules_ != arguments.relabel_rules.pointer;
  if (new_rules) {
    rules_ = arguments.relabel_rules.pointer;
    labels_.emplace(rules_);
  }
  std::map<Key, const Listener*> wanted;
  for (const Listener& listener : arguments.listener)
    wanted.emplace(Key(listener.address.text, listener.protocol), &listener);
  std::vector<Key> gone;
  for (const auto& entry : ports_)
    if (!wanted.contains(entry.first)) gone.push_back(entry.first);
  for (const Key& key : gone) close_port(key);
  if (!gone.empty()) flush();  // What their connections held.
  for (const auto& [key, listener] : wanted) {
    Port& port = ports_[key];
    const auto plan = port.plan;
    if (auto set = set_plan(port, *listener); !set) {
      // Without its certificate a TLS listener must not accept anything.
      port.problem = set.error().message;
      if (port.listening) {
        listening_.erase(port.listening.get());
        port.listening.reset();
      }
      sweep_at(Clock::now() + retry_);
      continue;
    }
    if (!port.open()) open_port(key, port);
    if (!new_rules && port.plan == plan) continue;
    if (port.datagrams) port.datagrams->replan(port.plan);
    for (auto& [fd, held] : connections_)
      if (held.port == &port) replan(held);
  }
  publish_problem();
}

base::Result<void> Engine::set_plan(Port& port, const Listener& listener) {
  if (!port.plan || !same_listener(port.plan->listener, listener))
    port.plan = std::make_shared<const Plan>(listener);
  port.tls.reset();
  if (!has_tls(listener.tls_config)) return {};
  const io::tls::Options options = tls_options(listener.tls_config);
  port.tls_files = io::tls::file_stamp(options);
  auto context = io::tls::server_context(options);
  if (!context) return base::in_context(listener.address.text, context.error());
  port.tls = std::move(*context);
  return {};
}

/// A socket for the listener. `is_pending`: there is none yet because its host is being looked up.
base::Result<base::Descriptor> Engine::bind(const Key& key, bool& is_pending) {
  if (auto given = Handover::take(key, *wake_)) return std::move(*given);
  const auto& [address, protocol] = key;
  const size_t colon = std::min(address.rfind(':'), address.size());
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::vector<std::string> places = {address};
  if (!host.empty() && !is_numeric(host)) {
    const auto found = lookups_.addresses_of(host);
    is_pending = !found;
    if (is_pending) return base::fail("listen on {}: looking up {}", address, host);
    lookups_.forget_addresses_of(host);  // The next attempt is to see what has changed.
    if (found->empty()) return base::fail("listen on {}: {} has no address", address, host);
    places.clear();
    for (const std::string& ip : *found)
      places.push_back((ip.find(':') == ip.npos ? ip : "[" + ip + "]") + address.substr(colon));
  }
  base::Result<base::Descriptor> socket = base::fail("listen on {}: no address", address);
  for (const std::string& place : places)
    if (socket = io::bind_socket(place, transport_of(protocol)); socket) return socket;
  // Another component may be about to let it go.
  Handover::wait_for(key, *wake_);
  return socket;
}

void Engine::open_port(const Key& key, Port& port) {
  // A certificate may have become readable since.
  auto set = set_plan(port, Listener(port.plan->listener));
  bool is_pending = false;
  auto fd = set ? bind(key, is_pending) : tl::unexpected(set.error());
  const bool is_udp = key.second == Protocol::udp;
  if (fd)
    if (const auto watched = is_udp ? watch_data(fd->get()) : watch(fd->get()); !watched)
      fd = tl::unexpected(watched.error());
  if (!fd) {
    if (!is_pending && port.problem != fd.error().message) log_.error("{}", fd.error().message);
    port.problem = fd.error().message;
    sweep_at(Clock::now() + retry_);
    return;
  }
  port.problem.clear();
  port.accept_after = {};
  const int number = fd->get();
  listening_[number] = &port;
  {
    base::Lock lock(mutex_);
    bound_[key.first] = io::local_port(number);
  }
  if (is_udp)
    port.datagrams =
        std::make_unique<Datagrams>(std::move(*fd), port.plan, metrics_, intake_.flow());
  else
    port.listening = std::move(*fd);
}

void Engine::close_port(const Key& key) {
  Port& port = ports_.at(key);
  std::vector<int> mine;
  for (const auto& [fd, held] : connections_)
    if (held.port == &port) mine.push_back(fd);
  for (const int fd : mine) drop_connection(fd);
  if (port.datagrams)
    port.datagrams->release(intake_, *labels_, lookups_, Clock::time_point::max());
  base::Descriptor socket =
      port.datagrams ? port.datagrams->take_socket() : std::move(port.listening);
  if (!socket)
    if (auto given = Handover::take(key, *wake_)) socket = std::move(*given);
  if (socket) {
    listening_.erase(socket.get());
    std::erase(again_, socket.get());
    // It may live on in another component.
    const auto& epoll = key.second == Protocol::udp ? data_epoll_ : epoll_;
    ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, socket.get(), nullptr);
    Handover::give(key, std::move(socket));
  }
  {
    base::Lock lock(mutex_);
    bound_.erase(key.first);
  }
  ports_.erase(key);
}

void Engine::accept(Port& port, Clock::time_point now) {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    base::Descriptor fd(::accept4(port.listening.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EAGAIN) return;
      if (errno == ECONNABORTED || errno == EINTR) continue;
      // Out of descriptors or memory: look away for a moment instead of spinning.
      if (!std::exchange(port.accept_failed, true))
        log_.warn("{}: {}", port.plan->listener.address.text,
                  base::fail_errno("accept", errno).value().message);
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, port.listening.get(), nullptr);
      port.accept_after = now + kAcceptPause;
      sweep_at(port.accept_after);
      return;
    }
    port.accept_failed = false;
    admit(port, std::move(fd), io::ip_of(peer), now);
  }
}

void Engine::resume_accepting(Port& port, Clock::time_point now) {
  if (port.accept_after <= now)
    port.accept_after = watch(port.listening.get()) ? Clock::time_point{} : now + kAcceptPause;
  if (port.accept_after != Clock::time_point{}) sweep_at(port.accept_after);
}

void Engine::admit(Port& port, base::Descriptor fd, const std::string& address,
                   Clock::time_point now) {
  if (!has_room_for(address)) {
    refused_->add(1);
    return;
  }
  io::tls::Session session;
  if (port.tls) {
    renew_certificate(port, log_);
    auto made = io::tls::server_session(port.tls.get(), fd.get());
    if (!made) return;
    session = std::move(*made);
  }
  const int number = fd.get();
  Held held;
  held.port = &port;
  held.peer = peers_.try_emplace(address).first;
  held.accepted = now;
  held.watched = find_name(held);
  if (!held.watched) sweep_at(now + kNamePatience);
  if (held.watched && !watch_data(number)) {
    if (held.peer->second.connections == 0) peers_.erase(held.peer);
    refused_->add(1);
    return;
  }
  held.connection =
      std::make_unique<Connection>(std::move(fd), std::move(session), port.plan, origin_of(held));
  sweep_at(held.connection->idle_deadline());
  ++held.peer->second.connections;
  connections_[number] = std::move(held);
  open_connections_->set(static_cast<double>(connections_.size()));
}

bool Engine::has_room_for(const std::string& address) const {
  if (connections_.size() >= limits_.connections_max) return false;
  const auto peer = peers_.find(address);
  return peer == peers_.end() || peer->second.connections < (limits_.connections_max + 1) / 2;
}

void Engine::publish_problem() {
  std::string all;
  for (const auto& entry : ports_) {
    const std::string& problem = entry.second.problem;
    if (problem.empty()) continue;
    if (!all.empty()) all += "; ";
    all += problem;
  }
  base::Lock lock(mutex_);
  problem_ = std::move(all);
}

}  // namespace components::loki::source_syslog
