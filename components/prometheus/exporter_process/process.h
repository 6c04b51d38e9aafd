#pragma once
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "components/prometheus/exporter_process/groups.h"
#include "components/prometheus/shared/exporter_component.h"

namespace components::prometheus::exporter_process {

/// prometheus.exporter.process: counts the processes of the groups at each scrape. The first
/// reading is at construction, so that counters begin there.
class Process final : public Exporter {
 public:
  using ArgumentsType = Arguments;
  static constexpr std::string_view kName = "process";
  static const river::schema::Signature& signature() { return kSignature; }

  Process(const Context&, const Arguments& arguments) : Process(arguments) {}
  explicit Process(const Arguments& arguments);

  void expose(std::string& out) override;

 private:
  const bool with_threads_, with_smaps_;
  base::Mutex mutex_;
  Groups groups_ GUARDED_BY(mutex_);
  double scrape_errors_ GUARDED_BY(mutex_) = 0;
};

}  // namespace components::prometheus::exporter_process
