#pragma once
#include <string>
#include <vector>

#include "components/prometheus/shared/signature.h"

/// prometheus.exporter.process: processes by group, as process-exporter counts them.
namespace components::prometheus::exporter_process {

/// Names a group and says which processes are of it: of the lists that are given, each must match.
struct Matcher {
  std::string name;                           ///< template; empty: {{.ExeBase}}
  std::vector<std::string> comm;              ///< one of them is the kernel's name
  std::vector<std::string> exe;               ///< one of them is argv[0], or its last part
  std::vector<river::schema::Regex> cmdline;  ///< all of them match
};

struct Arguments {
  std::vector<Matcher> matcher;
  std::string procfs_path = "/proc";
  bool track_children = true;
  bool track_threads = true;
  bool gather_smaps = true;
  bool recheck_on_scrape = false;
  bool remove_empty_groups = false;
};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::exporter_process
