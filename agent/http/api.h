#pragma once
#include <string>
#include <vector>

#include "agent/graph/graph.h"
#include "io/http/message.h"

namespace agent::http {

/// The answer of /-/healthy: 200, or 500 with the unhealthy components and their messages.
io::http::Response healthy_answer(const std::vector<graph::ComponentStatus>& components);

/// The JSON of /api/v0/web/components, in Grafana Alloy's shape.
io::http::Response components_answer(const std::vector<graph::ComponentStatus>& components);

/// A plain text answer.
io::http::Response text_answer(int status, std::string text);

/// The process_* families that Prometheus client libraries expose, read from /proc/self now.
std::string process_metrics();

}  // namespace agent::http
