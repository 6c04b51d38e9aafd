#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/emit/run.h"
#include "compiler/migrate/streams/family.h"
#include "river/schema/signature.h"

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

/// What differs between the components of two configurations: added, removed, or with other
/// arguments. Values of secrets are left out. compare.cc.
std::vector<Change> compare(const river::config::Program& before,
                            const river::config::Program& after);

// Values and blocks in one spelling, for comparison: spelling.cc.

/// The text that a string literal, or several that are put together, stands for; nullopt: it is
/// none.
std::optional<std::string> literal_of(const river::ast::Expr* value);
std::string one_spelling(const river::ast::Expr& value);
/// Without comments and the order of attributes.
std::string one_spelling(const river::ast::Statement& statement);

// What a change in a component's arguments does to data: judge.cc, pure.

struct Judgement {
  Level level = Level::setting;
  bool is_breaking = false;
};

/// A nested block that is added (`before` is nullptr), removed (`after` is) or changed as a whole;
/// nullopt: what is in it says more.
std::optional<Judgement> judge_block(const river::ast::Statement* before,
                                     const river::ast::Statement* after);

/// A value by the name of its attribute or field; nullptr: it is not there. nullopt: it is a matter
/// of the component alone.
std::optional<Judgement> judge_value(const river::schema::Signature& signature,
                                     std::string_view name, const river::ast::Expr* before,
                                     const river::ast::Expr* after);

/// The host of a URL or of host:port.
std::string host_of(std::string_view url);

/// Reports sources whose data goes to a backend no longer, and whose lines meet a step that drops
/// them, or gives them to a tenant, in a component that is new or gone: flow.cc.
std::vector<Change> changed_ways(const river::config::Program& before,
                                 const river::config::Program& after);

// Of components, by what they take and give.
bool hands_on(const river::schema::Signature& signature);
bool takes_in(const river::schema::Signature& signature);

/// What happens to the streams of a service; nullopt: they keep their labels. Where they are sent
/// to, and the steps on the way, are judged by judge_value() and changed_ways().
std::optional<Change> stream_change(const migrate::streams::Change& change);

/// The text with another name in the place of the host's, where that stands alone.
std::string with_name(std::string_view text, std::string_view host, std::string_view name);

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
