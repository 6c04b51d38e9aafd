#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/prometheus/exporter_process/signature.h"
#include "components/prometheus/shared/tree.h"

namespace re2 {
class RE2;
}

namespace components::prometheus::exporter_process {

/// What a process is judged by.
struct Identity {
  int pid = 0;
  double start_seconds = 0;  ///< Unix time
  std::string comm;
  std::vector<std::string> argv;  ///< empty: a thread of the kernel
};

/// Finds the group of a process. For one thread at a time.
class Matching {
 public:
  explicit Matching(const std::vector<Matcher>& matchers);

  /// The name of the first matcher that fits, its template filled in; nothing when none does.
  std::optional<std::string> group_of(const Identity& identity, Tree& proc);

 private:
  struct Rule {
    Matcher matcher;
    std::vector<std::shared_ptr<const re2::RE2>> cmdline;
  };
  using Captures = std::map<std::string, std::string, std::less<>>;

  static bool fits(const Rule& rule, const Identity& identity, Captures& captures);
  std::string filled(std::string_view text, const Identity& identity, const Captures& captures,
                     Tree& proc);
  std::string field(std::string_view name, const Identity& identity, const Captures& captures,
                    Tree& proc);

  std::vector<Rule> rules_;
};

}  // namespace components::prometheus::exporter_process
