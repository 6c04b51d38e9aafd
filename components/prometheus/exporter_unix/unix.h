#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/prometheus/exporter_unix/collectors/collector.h"
#include "components/prometheus/shared/exporter_component.h"

namespace components::prometheus::exporter_unix {

/// prometheus.exporter.unix: runs the enabled collectors one after another at each scrape.
class Unix final : public Exporter {
 public:
  using ArgumentsType = Arguments;
  static constexpr std::string_view kName = "unix";
  static const river::schema::Signature& signature() { return kSignature; }

  Unix(const Context&, const Arguments& arguments) : Unix(arguments) {}
  explicit Unix(const Arguments& arguments);

  void expose(std::string& out) override;

 private:
  struct Collector {
    std::string_view name;
    collectors::Collect collect;
    double seconds = 0;
    bool succeeded = false;
  };

  base::Mutex mutex_;
  std::vector<Collector> collectors_ GUARDED_BY(mutex_);
  Tree proc_ GUARDED_BY(mutex_);
  Tree sys_ GUARDED_BY(mutex_);
  Tree root_ GUARDED_BY(mutex_);
  Tree udev_ GUARDED_BY(mutex_);
  std::vector<std::string> names_ GUARDED_BY(mutex_);
};

}  // namespace components::prometheus::exporter_unix
