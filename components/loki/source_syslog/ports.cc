#include "components/loki/source_syslog/address.h"
#include "components/loki/source_syslog/engine.h"
#include "components/shared/http_client/client.h"

namespace components::loki::source_syslog {
namespace {

constexpr std::chrono::seconds kRetry{5};

bool wants_tls(const TlsConfigArguments& tls) {
  return !tls.ca_pem.empty() || !tls.ca_file.empty() || !tls.cert_pem.empty() ||
         !tls.cert_file.empty() || !tls.key_pem.empty() || !tls.key_file.empty();
}

}  // namespace

void Engine::adopt_arguments() {
  Arguments arguments;
  {
    base::Lock lock(mutex_);
    if (!std::exchange(is_new_, false)) return;
    arguments = arguments_;
  }
  const bool new_rules = intake_.set_rules(arguments.relabel_rules.pointer);
  std::map<Key, const Listener*> wanted;
  for (const Listener& listener : arguments.listener)
    wanted.emplace(Key(listener.address.text, listener.protocol), &listener);
  std::vector<Key> gone;
  for (const auto& entry : ports_)
    if (!wanted.contains(entry.first)) gone.push_back(entry.first);
  for (const Key& key : gone) close_port(key);
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
      next_sweep_ = std::min(next_sweep_, Clock::now() + kRetry);
      continue;
    }
    if (!port.open()) open_port(key, port);
    if (!new_rules && port.plan == plan) continue;
    if (port.datagrams) port.datagrams->replan(port.plan, intake_.labels());
    for (auto& [fd, held] : connections_)
      if (held.port == &port) held.connection->replan(port.plan, intake_.labels());
  }
  tell_problems();
}

base::Result<void> Engine::set_plan(Port& port, const Listener& listener) {
  if (!port.plan || !same_listener(port.plan->listener, listener))
    port.plan = std::make_shared<const Plan>(listener);
  port.tls.reset();
  if (!wants_tls(listener.tls_config)) return {};
  auto context = io::http::server_context(tls_options(listener.tls_config));
  if (!context) return base::in_context(listener.address.text, context.error());
  port.tls = std::move(*context);
  return {};
}

void Engine::open_port(const Key& key, Port& port) {
  // A certificate may have become readable since.
  auto set = set_plan(port, Listener(port.plan->listener));
  auto fd = set ? bind_socket(key.first, key.second) : tl::unexpected(set.error());
  if (fd)
    if (const auto watched = watch(fd->get()); !watched) fd = tl::unexpected(watched.error());
  if (!fd) {
    if (port.problem != fd.error().message) log_.error("{}", fd.error().message);
    port.problem = fd.error().message;
    next_sweep_ = std::min(next_sweep_, Clock::now() + kRetry);
    return;
  }
  port.problem.clear();
  port.accept_after = {};
  const int number = fd->get();
  listening_[number] = &port;
  {
    base::Lock lock(mutex_);
    bound_[key.first] = local_port(number);
  }
  if (key.second == Protocol::udp)
    port.datagrams =
        std::make_unique<Datagrams>(std::move(*fd), port.plan, intake_.labels(), metrics_);
  else
    port.listening = std::move(*fd);
}

void Engine::close_port(const Key& key) {
  Port& port = ports_.at(key);
  std::vector<int> mine;
  for (const auto& [fd, held] : connections_)
    if (held.port == &port) mine.push_back(fd);
  for (const int fd : mine) drop_connection(fd);
  const int fd = port.datagrams ? port.datagrams->fd() : port.listening.get();
  listening_.erase(fd);
  std::erase(again_, fd);
  {
    base::Lock lock(mutex_);
    bound_.erase(key.first);
  }
  ports_.erase(key);
}

void Engine::tell_problems() {
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
