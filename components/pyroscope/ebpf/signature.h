#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "river/schema/field.h"
#include "river/schema/target.h"

/// pyroscope.ebpf takes profiles of the CPU time of processes. The name is Grafana Alloy's; here
/// the kernel's perf events do the sampling, and no BPF program is loaded.
namespace components::pyroscope::ebpf {

/// Of Grafana Alloy, which uploads debug information; here names are found on the host.
struct DebugInfoArguments {
  bool on_target_symbolization = true;
  bool upload = false;
  uint64_t cache_size = 262144;
  bool strip_text_section = false;
  uint64_t queue_size = 256;
  int64_t worker_num = 16;
};

struct Arguments {
  std::vector<ProfilesReceiver> forward_to;
  river::schema::Targets targets;
  river::schema::Duration collect_interval = std::chrono::seconds(15);
  int64_t sample_rate = 19;
  bool python_enabled = true;
  bool perl_enabled = true;
  bool php_enabled = true;
  bool hotspot_enabled = true;
  bool ruby_enabled = true;
  bool v8_enabled = true;
  bool dotnet_enabled = true;
  bool go_enabled = true;
  std::string demangle = "none";
  double off_cpu_threshold = 0;
  std::string bpf_fs_root = "/sys/fs/bpf/";
  bool obi_process_context_enabled = true;
  bool load_probe = false;
  std::vector<std::string> probe_links;
  bool verbose_mode = false;
  bool lazy_mode = false;
  bool no_kernel_version_check = false;
  int64_t pid_cache_size = 0;
  int64_t build_id_cache_size = 0;
  int64_t same_file_cache_size = 0;
  int64_t cache_rounds = 0;
  bool go_table_fallback = false;
  int64_t symbols_map_size = 0;
  int64_t pid_map_size = 0;
  bool collect_user_profile = false;
  bool collect_kernel_profile = false;
  uint64_t container_id_cache_size = 0;
  std::vector<std::string> u_probe_links;
  bool targets_only = true;
  std::string symb_cache_path = "/tmp/symb-cache";
  int64_t symb_cache_size = 2048;
  bool reporter_unsymbolized_stubs = false;
  bool pid_label = false;
  std::string comm = "none";
  bool kernel_frames = true;
  DebugInfoArguments debug_info;
};

extern const river::schema::Signature kSignature;

}  // namespace components::pyroscope::ebpf
