#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "river/ast.h"
#include "river/diag/diagnostics.h"

namespace compiler::templates {

enum class FleetKind { none, journal, syslog, docker, files, backends, include };

/// One top-level statement of a template after fleet.include has been followed.
struct Piece {
  river::ast::Statement* statement = nullptr;
  FleetKind kind = FleetKind::none;  ///< none: the statement stands for itself
  bool mentions_host = false;        ///< it uses host.* and must be folded for each host
  const river::ast::Expr* forward_to = nullptr;  ///< of a fleet block; nullptr: not given
};

struct Template {
  std::string name;  ///< of the file, relative to the templates' parent folder
  std::vector<Piece> pieces;
  std::vector<std::string_view> variables;  ///< X of every host.vars.X
  std::string_view backend;                 ///< label of the first fleet.backends; empty: none
  bool is_broken = false;                   ///< errors were reported: no good for expanding
};

/// The River files of a templates folder: NAME.river takes the place of default.river for the host
/// NAME. Each file is parsed once, when first asked for. Trees view the SourceMap.
class Templates {
 public:
  Templates(std::filesystem::path folder, river::diag::SourceMap& sources,
            river::diag::Diagnostics& diagnostics);

  /// Never nullptr: without a folder or a default.river there is a built-in default. Mistakes in
  /// fleet.* blocks, missing includes and cycles are reported when a template is first asked for.
  const Template* for_host(std::string_view host);

  /// Warns of files that are the template of no host and that nothing includes. `hosts` are all
  /// hosts of the inventory, each asked for with for_host before.
  void report_unused(const std::vector<std::string_view>& hosts);

  const std::vector<base::Error>& io_errors() const { return io_errors_; }

 private:
  struct File {
    std::unique_ptr<river::ast::Tree> tree;
    std::string name;
    std::vector<Piece> pieces;  ///< with fleet.include blocks
    std::vector<std::string_view> variables;
    bool is_broken = false;
  };

  const File& file(std::string_view name);
  const Template& load(const std::string& name);
  void take_in(const File& file, std::vector<std::string>& trail, Template& result);
  void include(const river::ast::Statement& statement, std::vector<std::string>& trail,
               Template& result);

  std::filesystem::path folder_;
  river::diag::SourceMap& sources_;
  river::diag::Diagnostics& diagnostics_;
  std::map<std::string, std::filesystem::path, std::less<>> paths_;
  std::map<std::string, File, std::less<>> files_;
  std::map<std::string, Template, std::less<>> templates_;
  std::vector<base::Error> io_errors_;
};

/// The expression uses host.* somewhere.
bool mentions_host(const river::ast::Expr& expression);

}  // namespace compiler::templates
