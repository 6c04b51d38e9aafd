// The agent's HTTP interface: which path asks what. The answers' texts are made in http_api.cc.
#include "agent/agent.h"
#include "agent/http_api.h"
#include "agent/limits.h"
#include "agent/process_metrics.h"

namespace agent {

using io::http::Request;
using io::http::Response;

Response Agent::answer(const Request& request) {
  const std::string_view path = request.path();
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!authorized(request))
    return {401, {{"WWW-Authenticate", "Basic realm=\"Restricted\""}}, "unauthorized\n"};
  if (path == "/-/reload") {
    if (request.method != "GET" && request.method != "POST")
      return text_answer(405, "use GET or POST\n");
    const auto reloaded =
        loop_.ask<ReloadAnswer>([this] { return reload(); }, limits::kControlPatience);
    if (!reloaded) return text_answer(503, "the agent is busy; the reload is still queued\n");
    return text_answer(reloaded->loaded ? 200 : 400, reloaded->text);
  }
  if (!reads) return text_answer(405, "use GET\n");
  if (path == "/metrics") return metrics();
  const auto ask_components = [this](Response (*say)(const std::vector<ComponentStatus>&)) {
    const auto status = loop_.ask<std::vector<ComponentStatus>>([this] { return graph_.status(); },
                                                                limits::kControlPatience);
    return status ? say(*status) : text_answer(503, "the agent is busy\n");
  };
  if (path == "/-/healthy") return ask_components(healthy_answer);
  if (path == "/api/v0/web/components") return ask_components(components_answer);
  if (path == "/-/ready") {
    const auto hash =
        loop_.ask<std::string>([this] { return graph_.hash(); }, limits::kControlPatience);
    if (!hash || hash->empty()) return text_answer(503, "no configuration is running yet\n");
    return text_answer(200, "ready, running configuration " + *hash + "\n");
  }
  return text_answer(404,
                     "no such page; there are /-/ready, /-/healthy, /-/reload, /metrics and "
                     "/api/v0/web/components\n");
}

Response Agent::metrics() {
  return {200,
          {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          metrics_.expose() + process_metrics()};
}

}  // namespace agent
