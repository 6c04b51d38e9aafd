#include "components/loki/source_syslog/engine.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "components/loki/source_syslog/address.h"

namespace components::loki::source_syslog {
namespace {

using std::chrono::milliseconds;

/// After a round that took little, senders are let write so long before the next look: one wake-up
/// then serves many messages.
constexpr milliseconds kGather{5};
constexpr size_t kLittleBytes = 64 << 10;
constexpr milliseconds kAcceptPause{100};
constexpr int kAcceptsPerRound = 64;

}  // namespace

Engine::Engine(const Context& context, const Arguments& arguments, const Limits& limits)
    : metrics_(context.metrics),
      log_(context.log),
      limits_(limits),
      intake_(fanout_, context.metrics, stopping_.get_token()),
      arguments_(arguments) {
  open_connections_ =
      metrics_.gauge("loki_source_syslog_connections", "Open connections of senders.");
  refused_ = metrics_.counter("loki_source_syslog_refused_connections_total",
                              "Connections that were closed because there were too many.");
  set_receivers(arguments.forward_to);
}

void Engine::set_receivers(const std::vector<LogsReceiver>& forward_to) {
  telemetry::LogReceivers receivers;
  for (const LogsReceiver& receiver : forward_to)
    if (receiver.pointer) receivers.push_back(receiver.pointer);
  fanout_.set(std::move(receivers));
}

void Engine::set_arguments(const Arguments& arguments) {
  set_receivers(arguments.forward_to);
  {
    base::Lock lock(mutex_);
    arguments_ = arguments;
    is_new_ = true;
  }
  wake_.notify();
}

void Engine::request_stop() {
  stopping_.request_stop();
  intake_.close();
  wake_.notify();
}

std::string Engine::problem() const {
  base::Lock lock(mutex_);
  return problem_;
}

uint16_t Engine::port(const std::string& address) const {
  base::Lock lock(mutex_);
  const auto found = bound_.find(address);
  return found == bound_.end() ? 0 : found->second;
}

base::Result<void> Engine::open() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return base::fail_errno("epoll_create", errno);
  return watch(wake_.fd());
}

base::Result<void> Engine::watch(int fd) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    return base::fail_errno("epoll_ctl", errno);
  return {};
}

void Engine::run() {
  std::vector<int> ready;
  while (!stopping_.stop_requested()) {
    adopt_arguments();
    if (!wait(ready)) continue;
    const auto now = Clock::now();
    size_t taken = 0;
    for (const int fd : ready) {
      const size_t before = intake_.taken();
      handle(fd, now);
      taken += intake_.taken() - before;
      if (intake_.is_full()) intake_.flush();
    }
    intake_.flush();
    if (taken > 0) last_round_ = taken < kLittleBytes ? now : Clock::time_point{};
    if (now >= next_sweep_) sweep(now);
  }
  connections_.clear();
  peers_.clear();
  listening_.clear();
  ports_.clear();
  open_connections_->set(0);
}

/// Waits for sockets with something to read. False: something else happened.
bool Engine::wait(std::vector<int>& ready) {
  ready.swap(again_);
  again_.clear();
  if (const auto until = last_round_ + kGather; ready.empty() && Clock::now() < until) {
    pollfd woken{wake_.fd(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    ::poll(&woken, 1, static_cast<int>(std::max<int64_t>(left, 0)));
  }
  constexpr auto kLongest = std::chrono::minutes(1);
  const auto left = std::min<Clock::duration>(next_sweep_ - Clock::now(), kLongest);
  const auto timeout = std::max<int64_t>(0, std::chrono::ceil<milliseconds>(left).count());
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 ready.empty() ? static_cast<int>(timeout) : 0);
  bool woken = false;
  for (int i = 0; i < count; ++i) {
    const int fd = events[static_cast<size_t>(i)].data.fd;
    if (fd == wake_.fd()) {
      wake_.clear();
      woken = true;
    } else if (std::find(ready.begin(), ready.end(), fd) == ready.end()) {
      ready.push_back(fd);
    }
  }
  if (woken && !ready.empty()) {  // First the other thing; what is ready stays so.
    again_.insert(again_.end(), ready.begin(), ready.end());
    ready.clear();
  }
  return !woken;
}

void Engine::handle(int fd, Clock::time_point now) {
  if (const auto port = listening_.find(fd); port != listening_.end()) {
    if (port->second->datagrams) {
      if (port->second->datagrams->ready(intake_, now) == Watched::Next::again)
        again_.push_back(fd);
    } else {
      accept(*port->second, now);
    }
    return;
  }
  read(fd, now);
}

void Engine::read(int fd, Clock::time_point now) {
  const auto held = connections_.find(fd);
  if (held == connections_.end()) return;
  Connection& connection = *held->second.connection;
  Usage& peer = held->second.peer->second;
  auto settle = [&, before = connection.carried()]() mutable {
    const size_t carried = connection.carried();
    usage_.carried_bytes += carried - before;
    peer.carried_bytes += carried - before;
    before = carried;
  };
  const auto next = connection.ready(intake_, now);
  settle();
  if (usage_.carried_bytes > limits_.carried_bytes_max ||
      peer.carried_bytes > limits_.carried_bytes_max / 2) {
    connection.cut(intake_);
    settle();
  }
  if (next == Watched::Next::again) again_.push_back(fd);
  if (next == Watched::Next::close) drop_connection(fd);
}

/// Whether one more connection of this address is within the limits.
bool Engine::admit(const std::string& address) {
  if (connections_.size() >= limits_.connections_max) return false;
  const auto peer = peers_.find(address);
  return peer == peers_.end() || peer->second.connections < (limits_.connections_max + 1) / 2;
}

void Engine::accept(Port& port, Clock::time_point now) {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    io::Descriptor fd(::accept4(port.listening.get(), reinterpret_cast<sockaddr*>(&peer), &size,
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
      next_sweep_ = std::min(next_sweep_, port.accept_after);
      return;
    }
    port.accept_failed = false;
    const std::string address = ip_of(peer);
    if (!admit(address)) {
      refused_->add(1);
      continue;
    }
    io::http::TlsSession session;
    if (port.tls) {
      auto made = io::http::server_session(port.tls.get(), fd.get());
      if (!made) continue;
      session = std::move(*made);
    }
    const int number = fd.get();
    if (const auto watched = watch(number); !watched) {
      log_.warn("{}", watched.error().message);
      refused_->add(1);
      continue;
    }
    auto connection = std::make_unique<Connection>(std::move(fd), std::move(session), peer,
                                                   port.plan, intake_.labels());
    next_sweep_ = std::min(next_sweep_, connection->idle_deadline());
    const auto of_peer = peers_.try_emplace(address).first;
    ++of_peer->second.connections;
    connections_[number] = {std::move(connection), &port, of_peer};
    open_connections_->set(static_cast<double>(connections_.size()));
  }
}

void Engine::drop_connection(int fd) {
  const auto held = connections_.find(fd);
  const auto peer = held->second.peer;
  const size_t carried = held->second.connection->carried();
  usage_.carried_bytes -= carried;
  peer->second.carried_bytes -= carried;
  if (--peer->second.connections == 0) peers_.erase(peer);
  connections_.erase(held);  // Closing takes it out of the epoll set.
  std::erase(again_, fd);
  open_connections_->set(static_cast<double>(connections_.size()));
}

/// What time alone brings about: silent connections, accepting again, binding again.
void Engine::sweep(Clock::time_point now) {
  next_sweep_ = Clock::time_point::max();
  std::vector<int> silent;
  for (const auto& [fd, held] : connections_) {
    const auto deadline = held.connection->idle_deadline();
    if (deadline <= now)
      silent.push_back(fd);
    else
      next_sweep_ = std::min(next_sweep_, deadline);
  }
  for (const int fd : silent) drop_connection(fd);
  for (auto& [key, port] : ports_) {
    if (!port.open()) {
      open_port(key, port);
    } else if (port.accept_after != Clock::time_point{}) {
      if (port.accept_after > now) {
        next_sweep_ = std::min(next_sweep_, port.accept_after);
        continue;
      }
      port.accept_after = watch(port.listening.get()) ? Clock::time_point{} : now + kAcceptPause;
      if (port.accept_after != Clock::time_point{})
        next_sweep_ = std::min(next_sweep_, port.accept_after);
    }
  }
  tell_problems();
}

}  // namespace components::loki::source_syslog
