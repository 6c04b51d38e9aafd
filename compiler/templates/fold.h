#pragma once
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "compiler/host/host.h"
#include "river/ast.h"
#include "river/diag/diagnostics.h"
#include "river/value.h"

namespace compiler::templates {

/// Puts what is known of a host in the place of host.*. An expression of which all is known and
/// pure becomes its value; in any other expression the host.* parts become literals and the rest
/// (sys.env, references to components) stays for the agent.
class HostFolder {
 public:
  /// All must outlive the folder; new nodes live in `arena`.
  HostFolder(const host::Host& host, const inventory::RenderedTexts& rendered, base::Arena& arena,
             river::diag::Diagnostics& diagnostics)
      : host_(host), rendered_(rendered), arena_(arena), diagnostics_(diagnostics) {}

  /// A copy for this host.
  river::ast::Statement* fold(const river::ast::Statement& statement);
  river::ast::Expr* fold(const river::ast::Expr& expression);

  /// Places where host.* could not be put in: what is reported there later is a consequence.
  const std::vector<river::diag::Span>& failed() const { return failed_; }

 private:
  river::ast::Expr* copy(const river::ast::Expr& expression);
  river::ast::Expr* known_part(const river::ast::Expr& chain);
  const river::Value* resolve(const std::vector<const river::ast::Expr*>& names,
                              river::Value& storage);
  bool own_value(std::string_view name, river::Value& value) const;
  size_t variable(const std::vector<const river::ast::Expr*>& names, river::Value& storage);
  void report_missing(const std::vector<const river::ast::Expr*>& names, size_t failed_at);
  void report_encrypted(const river::ast::Expr& link, const std::string& path,
                        const yaml::Node& closed);

  const host::Host& host_;
  const inventory::RenderedTexts& rendered_;
  base::Arena& arena_;
  river::diag::Diagnostics& diagnostics_;
  std::vector<river::diag::Span> failed_;
};

/// A YAML value as River has it; its parts know their places.
river::Value to_value(const yaml::Node& node);

}  // namespace compiler::templates
