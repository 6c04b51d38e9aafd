#pragma once
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/prometheus/exporter_cadvisor/cgroups.h"
#include "components/prometheus/exporter_cadvisor/runtime.h"
#include "components/prometheus/shared/exporter_component.h"
#include "components/prometheus/shared/exposition.h"

namespace components::prometheus::exporter_cadvisor {

/// The 64 hexadecimal digits of a container in the last part of a cgroup's path; empty: there are
/// none. "/docker/ID", "/system.slice/docker-ID.scope".
std::string_view container_id(std::string_view path);

/// One cgroup in a scrape.
struct Measured {
  std::string id;                      ///< its path
  std::shared_ptr<const Named> named;  ///< nullptr: no container of Docker
  Stats stats;
};

/// What the kernel's names of block devices are: "8:0" -> "/dev/sda".
class Devices {
 public:
  explicit Devices(std::string sys = "/sys") : sys_(std::move(sys)) {}
  const std::string& name_of(const std::string& device);

 private:
  Tree sys_;
  std::map<std::string, std::string> names_;
};

/// Which topics are on, by Topic.
using Topics = std::array<bool, 8>;

/// Writes the families of containers: families.cc.
void write_containers(Exposition& out, const std::vector<Measured>& all, const Topics& topics,
                      Devices& devices);
/// Writes what is known of the machine: machine.cc.
void write_machine(Exposition& out, Tree& proc, Tree& root);

/// prometheus.exporter.cadvisor: reads the cgroups at each scrape.
class Cadvisor final : public Exporter {
 public:
  using ArgumentsType = Arguments;
  static constexpr std::string_view kName = "cadvisor";
  static const river::schema::Signature& signature() { return kSignature; }

  Cadvisor(const Context& context, const Arguments& arguments);
  ~Cadvisor() override;

  base::Result<void> start();
  Health health() const;
  void expose(std::string& out) override;

 private:
  bool enters(std::string_view path) const;
  bool is_measured(std::string_view path, const Named* named) const;
  void measure(const std::string& path, std::vector<Measured>& all) REQUIRES_LOCK(mutex_);

  io::Loop& loop_;
  const Arguments arguments_;
  Topics topics_{};
  std::shared_ptr<Runtime> runtime_;  ///< nullptr: its address cannot be used
  std::string problem_;

  base::Mutex mutex_;
  Cgroups cgroups_ GUARDED_BY(mutex_);
  Tree proc_ GUARDED_BY(mutex_);
  Tree root_ GUARDED_BY(mutex_);
  Devices devices_ GUARDED_BY(mutex_);
};

}  // namespace components::prometheus::exporter_cadvisor
