// Part of agent.h: the HTTP interface, path by path. http/api.cc makes the texts.
#include "agent/agent.h"
#include "agent/http/api.h"
#include "components/shared/memory.h"
#include "telemetry/line_metrics.h"

namespace agent {

using io::http::Request;
using io::http::Response;

namespace {

/// Whether a login is needed is not known yet, so nothing is shown or done.
Response before_first_configuration(std::string_view path) {
  const bool is_probe = path == "/-/ready" || path == "/-/healthy";
  return http::text_answer(503, is_probe ? "no configuration is running yet\n"
                                         : "not available before the first configuration runs\n");
}

Response metrics_answer(std::string text) {
  return {200,
          {{"Content-Type", std::string(components::prometheus::kTextContentType)}},
          std::move(text)};
}

}  // namespace

Response Agent::answer(const Request& request) {
  const std::string_view path = request.path();
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!access_.is_open()) return before_first_configuration(path);
  if (!access_.allows(request))
    return {401, {{"WWW-Authenticate", "Basic realm=\"Restricted\""}}, "unauthorized\n"};
  if (path == "/-/reload") {
    if (request.method != "GET" && request.method != "POST")
      return http::text_answer(405, "use GET or POST\n");
    const auto reloaded =
        loop_.ask<ReloadAnswer>([this] { return reload(); }, limits::kControlPatience);
    if (!reloaded) return http::text_answer(503, "the agent is busy or stopping; see its log\n");
    return http::text_answer(reloaded->loaded() ? 200 : 400, reloaded->text);
  }
  if (!reads) return http::text_answer(405, "use GET\n");
  if (path == "/metrics") return metrics_answer(own_metrics());
  if (const auto id = components::prometheus::component_of_path(path); !id.empty())
    return component_metrics(id);
  const auto ask_components = [this](Response (*say)(const std::vector<graph::ComponentStatus>&)) {
    const auto status = loop_.ask<std::vector<graph::ComponentStatus>>(
        [this] { return graph_.status(); }, limits::kControlPatience);
    return status ? say(*status) : http::text_answer(503, "the agent is busy or stopping\n");
  };
  if (path == "/-/healthy") return ask_components(http::healthy_answer);
  if (path == "/api/v0/web/components") return ask_components(http::components_answer);
  if (path == "/-/ready") {
    const auto hash =
        loop_.ask<std::string>([this] { return graph_.hash(); }, limits::kControlPatience);
    if (!hash || hash->empty()) return http::text_answer(503, "no configuration is running yet\n");
    return http::text_answer(200, "ready, running configuration " + *hash + "\n");
  }
  return http::text_answer(404,
                           "no such page; there are /-/ready, /-/healthy, /-/reload, /metrics, "
                           "/api/v0/web/components and /api/v0/component/ID/metrics\n");
}

base::Result<void> Agent::serve(io::http::Server::Options options) {
  options.threads = limits::kHttpThreads;
  options.body_bytes_max = limits::kHttpBodyBytesMax;
  // A name is looked up once, before the control loop runs: a reload must not wait for it.
  auto server =
      io::http::Server::listen(server_ ? server_->address() : options_.listen_address, options,
                               [this](const Request& request) { return answer(request); });
  if (!server) return base::in_context("--server.http.listen-addr", server.error());
  server_ = std::move(*server);
  serving_ = std::move(options);
  base::Logger().info("listening on {}{}", server_->address(), serving_.tls ? " with TLS" : "");
  return {};
}

void Agent::apply_http_block() {
  namespace block_of = components::config_blocks::http;
  const auto* block = graph_.arguments_of<block_of::Arguments>(block_of::kSignature);
  access_.configure(block && block->auth ? &*block->auth : nullptr);
  io::http::Server::Options wanted;
  if (block && block->tls) {
    wanted.tls = io::tls::Options{.ca_pem = block->tls->client_ca_pem,
                                  .ca_file = block->tls->client_ca_file,
                                  .cert_pem = block->tls->cert_pem,
                                  .cert_file = block->tls->cert_file,
                                  .key_pem = block->tls->key_pem,
                                  .key_file = block->tls->key_file};
  }
  if (wanted.tls == serving_.tls) return;
  // Later, because the request that asked for this reload is still being answered.
  loop_.post([this, wanted] { restart_server(wanted); });
}

void Agent::restart_server(const io::http::Server::Options& options) {
  const io::http::Server::Options before = serving_;
  loop_.close_to_questions();  // Its threads may be asking this one, which waits for their end.
  server_->stop();
  loop_.open_to_questions();
  const auto served = serve(options);
  if (served) return;
  base::Logger("http").error("{}; the server keeps its old settings", served.error().message);
  if (const auto restored = serve(before); !restored)
    base::Logger("http").error("{}; the HTTP server is stopped", restored.error().message);
}

std::string Agent::own_metrics() {
  using components::Memory;
  longest_turn_->set(std::chrono::duration<double>(loop_.longest_turn()).count());
  for (size_t use = 0; use < memory_used_.size(); ++use)
    memory_used_[use]->set(
        static_cast<double>(Memory::of_process().held(static_cast<Memory::Use>(use))));
  return metrics_.expose() + telemetry::MetricFamilies::of_process().expose() +
         http::process_metrics();
}

Response Agent::component_metrics(std::string_view component_id) {
  const auto exporter = graph_.exporters().find(component_id);
  if (!exporter)
    return http::text_answer(404, "no running component of this name exposes metrics\n");
  std::string text;
  exporter->expose(text);
  return metrics_answer(std::move(text));
}

}  // namespace agent
