#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/inventory/render.h"
#include "compiler/templates/files.h"
#include "river/ast.h"
#include "river/diag/diagnostics.h"

namespace compiler::templates {

enum class FleetKind { none, journal, syslog, docker, files, metrics, backends, include };

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

/// The templates of a fleet: River, or texts that Jinja makes River of (suffix .j2). That of a host
/// takes the place of the default. Each River file is parsed once, when first asked for. Trees view
/// the SourceMap.
class Templates {
 public:
  Templates(TemplateFiles files, river::diag::SourceMap& sources,
            river::diag::Diagnostics& diagnostics);

  /// The file that Jinja renders for a host, by its name in jinja_files(); empty: it is River.
  std::string jinja_file_of(std::string_view host) const;
  /// All that Jinja may need; read when first asked for.
  const std::vector<inventory::JinjaFile>& jinja_files();

  /// Never nullptr: without a default there is a built-in one. Mistakes in fleet.* blocks, missing
  /// includes and cycles are reported when a template is first asked for.
  const Template* for_host(std::string_view host);
  /// The same for what Jinja has made for a host; nullptr, rendering failed: a broken template.
  const Template* for_rendered(std::string_view host, const river::diag::SourceFile* text);

  /// Warns of files of which another takes the place, and of files that are the template of no host
  /// and that nothing includes. `hosts` are all hosts of the inventory, each asked for with
  /// for_host before.
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

  const TemplateFile* path_of(std::string_view host) const;
  std::string shown_name(const TemplateFile& file) const;
  river::diag::Span place_of(const std::filesystem::path& path);
  void report_hidden(const TemplateFile& file);
  bool is_included(const std::filesystem::path& file) const;
  void report_near_misses(const std::vector<std::string_view>& hosts);
  const Template& make(const std::string& key, const File& start);
  const File& file(std::string_view name);
  void read(const river::diag::SourceFile& source, File& file);
  const Template& load(const std::string& name);
  void take_in(const File& file, std::vector<std::string>& trail, Template& result);
  void include(const river::ast::Statement& statement, std::vector<std::string>& trail,
               Template& result);

  TemplateFiles paths_;
  river::diag::SourceMap& sources_;
  river::diag::Diagnostics& diagnostics_;
  std::map<std::string, File, std::less<>> files_;  ///< by name; rendered ones by their text
  std::vector<inventory::JinjaFile> jinja_files_;
  bool has_read_jinja_ = false;
  std::map<std::string, Template, std::less<>> templates_;
  std::vector<base::Error> io_errors_;
};

/// Reports Jinja in a text that is River, once a line: {{, {% and {# outside strings, and in
/// strings what Jinja would render. Templates of stage.template and stage.replace, and Go's in
/// other strings, are let be. True when something was reported: the text is no use as River.
bool report_jinja(const river::diag::SourceFile& file, river::diag::Diagnostics& diagnostics);

/// The expression uses host.* somewhere.
bool mentions_host(const river::ast::Expr& expression);

}  // namespace compiler::templates
