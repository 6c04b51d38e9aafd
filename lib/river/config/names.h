#pragma once
#include <map>
#include <string>
#include <string_view>

#include "river/config/program.h"

namespace river::config {

/// The names that a node's expressions may use: `loki.write.default` is the field `default` of the
/// field `write` of the object `loki`, and so on for everything that the node refers to.
class Names {
 public:
  /// `exports` is asked for each dependency; what it answers nullptr for is unknown.
  Names(const Node& node, const ExportsOf& exports);

  /// For evaluate(); valid as long as this.
  Scope scope() const;

 private:
  std::map<std::string, Value, std::less<>> roots_;
};

}  // namespace river::config
