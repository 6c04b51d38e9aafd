#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"

namespace components::prometheus {

/// The Content-Type of what an Exporter writes.
inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

/// The address of targets of this process, which is the one that Grafana Alloy has for its own.
/// Nobody resolves it: prometheus.scrape asks the exporter itself.
inline constexpr std::string_view kOwnAddress = "alloy.internal:12345";

/// Measures something at the moment of the call and writes it as Prometheus text. Nothing goes on
/// between calls.
class Exporter {
 public:
  virtual ~Exporter() = default;
  /// Appends text exposition format 0.0.4. Any thread, which it may occupy for milliseconds; calls
  /// at the same time wait for each other. What cannot be measured is left out.
  virtual void expose(std::string& out) = 0;
};

/// The exporters of this process by the id of their component: for the agent's HTTP server, and
/// for whoever scrapes targets of the same process. Thread safe.
class Exporters {
 public:
  /// Makes the exporter known under the component's id, in place of one that it had.
  void set(const std::string& component_id, std::shared_ptr<Exporter> exporter);
  void remove(std::string_view component_id);
  /// nullptr: there is no such component, or it exports no metrics.
  std::shared_ptr<Exporter> find(std::string_view component_id) const;

  /// The metrics of the agent itself, as /metrics shows them.
  void set_agent(std::shared_ptr<Exporter> exporter);
  std::shared_ptr<Exporter> agent() const;

 private:
  mutable base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Exporter>, std::less<>> by_id_ GUARDED_BY(mutex_);
  std::shared_ptr<Exporter> agent_ GUARDED_BY(mutex_);
};

/// The target that stands for an exporter of this process, with the labels that Grafana Alloy
/// gives it: `job` is "integrations/" and the name of the exporter, `instance` this host.
std::map<std::string, std::string> exporter_target(const std::string& component_id,
                                                   std::string_view component_name,
                                                   std::string_view name);

/// The component of an address "/api/v0/component/ID/metrics"; empty: the path is another one.
std::string_view component_of_path(std::string_view path);

}  // namespace components::prometheus
