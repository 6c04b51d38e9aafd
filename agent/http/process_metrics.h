#pragma once
#include <string>

namespace agent::http {

/// The process_* families that Prometheus client libraries expose, read from /proc/self now.
std::string process_metrics();

}  // namespace agent::http
