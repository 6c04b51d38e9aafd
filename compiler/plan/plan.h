#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/emit/run.h"
#include "compiler/migrate/streams/family.h"

/// `cfgc plan`: what a deploy would change on each host, in the words of the configuration: streams
/// and their labels, components, arguments. Layout and comments do not count.
namespace compiler::plan {

/// What a change is about, the least that others depend on first.
enum class Level : uint8_t {
  setting,   ///< how a component works
  delivery,  ///< where lines go
  targets,   ///< what is read
  labels,    ///< which streams there are
};
/// "setting", "delivery", "targets", "labels".
std::string_view name(Level level);

struct Change {
  Level level = Level::setting;
  bool is_breaking = false;  ///< queries, or who reads at the backend, lose something
  std::string text;          ///< "loki.write.default: endpoint.url: "a" -> "b""

  auto operator<=>(const Change&) const = default;
};

/// One host's configuration; views the source map that it was read with.
struct Config {
  std::vector<std::unique_ptr<river::ast::Tree>> trees;
  river::config::Program program;
};

/// What differs between the components of two configurations: added, removed, or with other
/// arguments. Values of secrets are left out. compare.cc.
std::vector<Change> compare(const river::config::Program& before,
                            const river::config::Program& after);

/// What happens to the streams of a service.
Change stream_change(const migrate::streams::Change& change);

/// Hosts that change alike: their own names are written HOST then.
struct Group {
  std::vector<std::string> hosts;
  std::vector<Change> changes;  ///< labels first
};
/// Groups by the changes of each host, the largest first.
std::vector<Group> group(const std::map<std::string, std::vector<Change>>& by_host);

// The command: command.cc.

struct Options {
  inventory::InventoryOptions load;
  emit::CheckOptions check;
  /// A folder HOST/config.river, else a git revision.
  std::string against = "compiled";
  bool breaking_only = false;     ///< `cfgc breaking`
  Level least = Level::delivery;  ///< of breaking_only
  bool json = false;
};

/// Exit code: 0 nothing changes, 1 an error, 2 something does, 3 a change is breaking. With
/// `breaking_only` 0 and 3, and 1.
emit::CommandResult run_plan(const Options& options);

}  // namespace compiler::plan
