#include "components/loki/source_syslog/engine.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace components::loki::source_syslog {
namespace {

using std::chrono::milliseconds;

/// After a round that took little, senders are let write so long before the next look: one wake-up
/// then serves many messages.
constexpr milliseconds kGather{5};
constexpr size_t kLittleBytes = 64 << 10;
/// While nothing is read, the kernel's count of thrown away datagrams is looked up so often.
constexpr std::chrono::seconds kCountDrops{1};

base::Result<void> add_to(const base::Descriptor& epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    return base::fail_errno("epoll_ctl", errno);
  return {};
}

/// Adds what is ready to the list.
void poll_into(const base::Descriptor& epoll, int64_t timeout_ms, std::vector<int>& ready) {
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(timeout_ms));
  for (int i = 0; i < count; ++i) {
    const int fd = events[static_cast<size_t>(i)].data.fd;
    if (std::find(ready.begin(), ready.end(), fd) == ready.end()) ready.push_back(fd);
  }
}

}  // namespace

Engine::Engine(const Context& context, const Arguments& arguments, EngineOptions options)
    : metrics_(context.metrics),
      log_(context.log),
      limits_(options.limits),
      retry_(options.retry),
      outbox_({metrics_, telemetry::Flow::kLines}, [wake = wake_] { wake->notify(); }),
      intake_(outbox_, context.metrics),
      lookups_(std::move(options.resolver), wake_),
      arguments_(arguments) {
  open_connections_ =
      metrics_.gauge("loki_source_syslog_connections", "Open connections of senders.");
  refused_ = metrics_.counter("loki_source_syslog_refused_connections_total",
                              "Connections that were closed because there were too many.");
  outbox_.set_receivers(receivers_of(arguments.forward_to));
}

Engine::~Engine() {
  Handover::leave(*wake_);
}

base::Result<void> Engine::open() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  data_epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_ || !data_epoll_) return base::fail_errno("epoll_create", errno);
  if (auto watched = watch(wake_->fd()); !watched) return watched;
  return outbox_.start("loki.syslog/out");
}

void Engine::set_arguments(const Arguments& arguments) {
  outbox_.set_receivers(receivers_of(arguments.forward_to));
  {
    base::Lock lock(mutex_);
    arguments_ = arguments;
    is_new_ = true;
  }
  wake_->notify();
}

void Engine::request_stop() {
  stopping_ = true;
  wake_->notify();
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

base::Result<void> Engine::watch(int fd) const {
  return add_to(epoll_, fd);
}

base::Result<void> Engine::watch_data(int fd) const {
  return add_to(data_epoll_, fd);
}

/// Begins or ceases to read messages.
void Engine::set_reading(bool reading) {
  if (reading == reading_) return;
  if (reading) {
    if (!watch(data_epoll_.get())) return;  // Out of memory: at the next turn.
    // Nobody was silent: nobody was listened to.
    const auto now = Clock::now();
    for (auto& entry : connections_) entry.second.connection->renew_deadline(now);
  } else {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, data_epoll_.get(), nullptr);
  }
  sweep_at(Clock::now());
  reading_ = reading;
}

void Engine::run() {
  std::vector<int> ready;
  while (!stopping_) {
    adopt_arguments();
    set_reading(outbox_.has_room());
    if (!wait(ready)) {  // Names were found, or a socket was handed over.
      sweep(Clock::now());
      flush();
      continue;
    }
    const auto now = Clock::now();
    size_t taken = 0;
    for (const int fd : ready) {
      if (!outbox_.has_room() && !is_listening(fd)) {
        again_.push_back(fd);
        continue;
      }
      const size_t before = intake_.taken();
      handle(fd, now);
      taken += intake_.taken() - before;
      if (intake_.is_full()) flush();
    }
    flush();
    if (taken > 0) last_round_ = taken < kLittleBytes ? now : Clock::time_point{};
    if (now >= next_sweep_) {
      sweep(now);
      flush();
    }
  }
  read_rest();
  while (!connections_.empty()) {
    drop_connection(connections_.begin()->first);
    if (intake_.is_full()) flush();
  }
  while (!ports_.empty()) close_port(Key(ports_.begin()->first));
  flush();
  outbox_.stop();
  Handover::leave(*wake_);
}

/// Takes what the system has received already, as far as there is room: who sent it will not send
/// it again. A sender that does not cease is not listened to without end.
void Engine::read_rest() {
  constexpr int kReadsMax = 64;
  const auto now = Clock::now();
  std::vector<int> sockets;
  for (const auto& [fd, held] : connections_) sockets.push_back(fd);
  for (const auto& [fd, port] : listening_)
    if (port->datagrams) sockets.push_back(fd);
  for (const int fd : sockets)
    for (int reads = 0; reads < kReadsMax && outbox_.has_room(); ++reads) {
      again_.clear();
      handle(fd, now);
      if (intake_.is_full()) flush();
      if (again_.empty()) break;
    }
}

void Engine::flush() {
  intake_.flush();
  labels_->begin_batch();
}

/// Waits for sockets with something to read. False: something else happened.
bool Engine::wait(std::vector<int>& ready) {
  ready.clear();
  if (reading_) ready.swap(again_);
  if (const auto until = last_round_ + kGather; ready.empty() && Clock::now() < until) {
    pollfd woken{wake_->fd(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    ::poll(&woken, 1, static_cast<int>(std::max<int64_t>(left, 0)));
  }
  constexpr auto kLongest = std::chrono::minutes(1);
  const auto left = std::min<Clock::duration>(next_sweep_ - Clock::now(), kLongest);
  const auto timeout = std::max<int64_t>(0, std::chrono::ceil<milliseconds>(left).count());
  poll_into(epoll_, ready.empty() ? timeout : 0, ready);
  if (std::erase(ready, data_epoll_.get()) > 0) poll_into(data_epoll_, 0, ready);
  const bool woken = std::erase(ready, wake_->fd()) > 0;
  if (woken) wake_->clear();
  if (woken && !ready.empty()) {  // First the other thing; what is ready stays so.
    again_.insert(again_.end(), ready.begin(), ready.end());
    ready.clear();
  }
  return !woken;
}

bool Engine::is_listening(int fd) const {
  const auto port = listening_.find(fd);
  return port != listening_.end() && !port->second->datagrams;
}

void Engine::handle(int fd, Clock::time_point now) {
  const auto port = listening_.find(fd);
  if (port == listening_.end()) return read(fd, now);
  if (!port->second->datagrams) return accept(*port->second, now);
  Datagrams& datagrams = *port->second->datagrams;
  if (datagrams.ready(intake_, *labels_, lookups_, now) == Next::again) again_.push_back(fd);
  sweep_at(datagrams.release_deadline());
}

void Engine::read(int fd, Clock::time_point now) {
  const auto held = connections_.find(fd);
  if (held == connections_.end()) return;
  Connection& connection = *held->second.connection;
  Usage& peer = held->second.peer->second;
  auto settle = [&, before = connection.carried()]() mutable {
    const size_t carried = connection.carried();
    usage_.carried_bytes += carried - before;
    memory_.change(before, carried);
    peer.carried_bytes += carried - before;
    before = carried;
  };
  const Next next = connection.ready(intake_, *labels_, now);
  settle();
  if (usage_.carried_bytes > limits_.carried_bytes_max ||
      peer.carried_bytes > limits_.carried_bytes_max / 2) {
    connection.cut(intake_, *labels_);
    settle();
  }
  if (next == Next::again) again_.push_back(fd);
  if (next == Next::close) drop_connection(fd);
}

void Engine::drop_connection(int fd) {
  const auto held = connections_.find(fd);
  const auto peer = held->second.peer;
  const size_t carried = held->second.connection->carried();
  usage_.carried_bytes -= carried;
  memory_.subtract(carried);
  peer->second.carried_bytes -= carried;
  if (--peer->second.connections == 0) peers_.erase(peer);
  held->second.connection->finish(intake_, *labels_);
  connections_.erase(held);  // Closing takes it out of the epoll set.
  std::erase(again_, fd);
  open_connections_->set(static_cast<double>(connections_.size()));
}

Origin Engine::origin_of(const Held& held) const {
  return labels_->origin(held.port->plan->listener.labels, held.peer->first, held.name);
}

/// Asks for the sender's host name if rules read it. False while it is being looked up.
bool Engine::find_name(Held& held) {
  held.wants_name = false;
  if (!labels_->uses_host_name()) return true;
  const auto name = lookups_.name_of(held.peer->first);
  held.wants_name = !name;
  if (name) held.name = name->empty() ? "" : name->front();
  return !held.wants_name;
}

void Engine::replan(Held& held) {
  find_name(held);
  held.connection->replan(held.port->plan, origin_of(held));
}

/// Puts host names that were found to use, and goes on without those that take too long.
void Engine::adopt_names(Clock::time_point now) {
  const bool has_news = lookups_.has_news();
  std::vector<int> lost;
  for (auto& [fd, held] : connections_) {
    if (!held.wants_name) continue;
    const auto deadline = held.accepted + kNamePatience;
    if (find_name(held)) {
      held.connection->replan(held.port->plan, origin_of(held));
    } else if (now < deadline) {
      sweep_at(deadline);
      continue;
    }
    if (std::exchange(held.watched, true)) continue;
    if (!watch_data(fd)) lost.push_back(fd);
  }
  for (const int fd : lost) drop_connection(fd);
  for (auto& [key, port] : ports_) {
    if (!port.datagrams) continue;
    if (has_news) port.datagrams->renew_names();
    port.datagrams->release(intake_, *labels_, lookups_, now);
    sweep_at(port.datagrams->release_deadline());
  }
}

/// What time alone brings about: silent connections, accepting again, binding again.
void Engine::sweep(Clock::time_point now) {
  next_sweep_ = Clock::time_point::max();
  adopt_names(now);
  std::vector<int> silent;
  for (const auto& [fd, held] : connections_) {
    if (!reading_) break;
    const auto deadline = held.connection->idle_deadline();
    if (deadline <= now)
      silent.push_back(fd);
    else
      sweep_at(deadline);
  }
  for (const int fd : silent) drop_connection(fd);
  if (!reading_) sweep_at(now + kCountDrops);
  for (auto& [key, port] : ports_) {
    if (!port.open()) {
      open_port(key, port);
    } else if (port.datagrams) {
      port.datagrams->count_drops();
    } else if (port.accept_after != Clock::time_point{}) {
      resume_accepting(port, now);
    }
  }
  publish_problem();
}

}  // namespace components::loki::source_syslog
