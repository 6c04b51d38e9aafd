#include "compiler/templates/template.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/files.h"
#include "river/diag/diagnostics.h"
#include "river/lexer.h"
#include "river/parser.h"

namespace compiler::templates {

namespace ast = river::ast;
namespace fs = std::filesystem;

namespace {

constexpr size_t kJinjaFileBytesMax = size_t{1} << 20;

constexpr char kBuiltInDefault[] = R"(fleet.journal "systemd" { }

fleet.syslog "services" { }

fleet.docker "containers" { }

fleet.files "files" { }

fleet.metrics "host" { }

fleet.backends "default" { }
)";

constexpr std::string_view kFleetBlocks[] = {"fleet.journal", "fleet.syslog",  "fleet.docker",
                                             "fleet.files",   "fleet.metrics", "fleet.backends",
                                             "fleet.include"};
constexpr FleetKind kFleetKinds[] = {FleetKind::journal, FleetKind::syslog,  FleetKind::docker,
                                     FleetKind::files,   FleetKind::metrics, FleetKind::backends,
                                     FleetKind::include};

/// Calls visit for every expression in a statement, outermost first.
template <class Visit>
void walk(const ast::Expr& expression, const Visit& visit) {
  visit(expression);
  if (expression.left != nullptr) walk(*expression.left, visit);
  if (expression.right != nullptr) walk(*expression.right, visit);
  for (const ast::Expr* item : expression.items) walk(*item, visit);
  for (const ast::Field& field : expression.fields) walk(*field.value, visit);
}

template <class Visit>
void walk(const ast::Statement& statement, const Visit& visit) {
  if (statement.value != nullptr) walk(*statement.value, visit);
  for (const ast::Statement* inner : statement.body.statements) walk(*inner, visit);
}

bool is_host(const ast::Expr* expression) {
  return expression != nullptr && expression->kind == ast::ExprKind::identifier &&
         expression->text == "host";
}

/// X of `host.vars.X`, else empty.
std::string_view host_variable(const ast::Expr& expression) {
  const ast::Expr* vars = expression.kind == ast::ExprKind::access ? expression.left : nullptr;
  const bool is_vars = vars != nullptr && vars->kind == ast::ExprKind::access &&
                       vars->text == "vars" && is_host(vars->left);
  return is_vars ? expression.text : std::string_view();
}

/// Finds out what a fleet block is; its kind stays none when it is nothing that exists.
void classify(Piece& piece, river::diag::Diagnostics& diagnostics) {
  const ast::Statement& block = *piece.statement;
  const auto at = std::find(std::begin(kFleetBlocks), std::end(kFleetBlocks), block.name);
  if (at == std::end(kFleetBlocks)) {
    auto& problem = diagnostics.error("F060", block.name_span, "unknown block {}", block.name);
    if (const auto near = river::diag::did_you_mean(block.name, kFleetBlocks); !near.empty())
      problem.with_help(fmt::format("did you mean {}?", near));
    else
      problem.with_help(fmt::format("there are {}", fmt::join(kFleetBlocks, ", ")));
    return;
  }
  if (block.label.empty()) {
    diagnostics.error("F064", block.name_span, "{} needs a label", block.name)
        .with_help("the label names the components that the block becomes, or the template");
    return;
  }
  piece.kind = kFleetKinds[at - std::begin(kFleetBlocks)];
  for (const ast::Statement* inner : block.body.statements) {
    const bool forwards = piece.kind != FleetKind::backends && piece.kind != FleetKind::include;
    if (!inner->is_block && inner->name == "forward_to" && forwards) {
      piece.forward_to = inner->value;
      continue;
    }
    diagnostics.error("F061", inner->name_span, "{} has no \"{}\"", block.name, inner->name)
        .with_help(forwards ? "only forward_to is allowed here; the rest is set in the inventory, "
                              "under telemetry"
                            : "its body must be empty");
  }
}

}  // namespace

bool mentions_host(const ast::Expr& expression) {
  bool found = false;
  walk(expression, [&](const ast::Expr& e) { found = found || is_host(&e); });
  return found;
}

Templates::Templates(TemplateFiles files, river::diag::SourceMap& sources,
                     river::diag::Diagnostics& diagnostics)
    : paths_(std::move(files)), sources_(sources), diagnostics_(diagnostics) {
  io_errors_ = paths_.io_errors;
}

const TemplateFile* Templates::path_of(std::string_view host) const {
  const TemplateFile* own = paths_.find(host);
  return own != nullptr ? own : paths_.find("default");
}

std::string Templates::jinja_file_of(std::string_view host) const {
  const TemplateFile* file = path_of(host);
  return file != nullptr && file->is_jinja ? paths_.relative(file->path) : std::string();
}

const std::vector<inventory::JinjaFile>& Templates::jinja_files() {
  if (std::exchange(has_read_jinja_, true)) return jinja_files_;
  for (const fs::path& path : files_for_jinja(paths_.folder)) {
    auto text = base::read_regular_file(path, kJinjaFileBytesMax);
    if (!text) {
      io_errors_.push_back(text.error());
      continue;
    }
    const auto& source = sources_.add(path.lexically_normal().string(), std::move(*text));
    const bool is_parsed = path.extension() == ".river" || path.extension() == ".alloy";
    if (!is_parsed) river::check_encoding(source, diagnostics_);
    jinja_files_.push_back({paths_.relative(path), &source});
  }
  return jinja_files_;
}

const Template* Templates::for_host(std::string_view host) {
  const std::string name = paths_.find(host) != nullptr ? std::string(host) : "default";
  const auto known = templates_.find(name);
  return known != templates_.end() ? &known->second : &load(name);
}

const Template* Templates::for_rendered(std::string_view host,
                                        const river::diag::SourceFile* text) {
  const TemplateFile& path = *path_of(host);
  const std::string key = path.path.string() + '\n' + (text != nullptr ? text->text : "");
  if (const auto known = templates_.find(key); known != templates_.end()) return &known->second;
  File& file = files_[key];
  file.name = shown_name(path);
  file.is_broken = text == nullptr;
  if (text != nullptr) read(*text, file);
  return &make(key, file);
}

/// As Ansible's users know it: below the folder of the templates.
std::string Templates::shown_name(const TemplateFile& file) const {
  return (paths_.folder.filename() / paths_.relative(file.path)).string();
}

void Templates::report_hidden(const TemplateFile& file) {
  for (const fs::path& path : file.hidden)
    diagnostics_
        .warning("F017", place_of(path), "this file is not read, because there is {}",
                 file.path.lexically_normal().string())
        .with_help(
            "a template has one file: NAME.river, NAME.river.j2, NAME.alloy or "
            "NAME.alloy.j2, the first of them");
}

river::diag::Span Templates::place_of(const fs::path& path) {
  const auto& source = sources_.add(path.lexically_normal().string(), " ");
  return {source.base, source.base + 1};
}

void Templates::report_unused(const std::vector<std::string_view>& hosts) {
  for (const auto& [name, path] : paths_.by_name) report_hidden(path);
  report_near_misses(hosts);
  // A default that no host uses is to be right, too.
  if (const TemplateFile* fallback = paths_.find("default"); fallback && !fallback->is_jinja)
    file("default");
  for (const auto& [name, known] : templates_)
    if (known.is_broken) return;  // It may have meant to include the file.
  const std::set<std::string_view> used(hosts.begin(), hosts.end());
  inventory::NearNames near_names(hosts);
  for (const auto& [name, path] : paths_.by_name) {
    if (name == "default" || used.contains(name) || files_.contains(name) || is_included(path.path))
      continue;
    auto& problem =
        diagnostics_.warning("F068", place_of(path.path), "no host has the name of this template");
    if (const auto near = near_names.of(name); !near.empty())
      problem.with_help(fmt::format("did you mean the host \"{}\"?", near));
  }
}

/// Files by the name of a host that are not called as templates are.
void Templates::report_near_misses(const std::vector<std::string_view>& hosts) {
  const std::set<std::string_view> known(hosts.begin(), hosts.end());
  for (const auto& [name, path] : paths_.near_misses) {
    const bool is_of_host = known.contains(name);
    const bool is_config = path.filename().string().starts_with("config.");
    const bool is_meant = name == "default" || is_of_host || (paths_.is_tree && is_config);
    if (!is_meant || is_included(path)) continue;
    const fs::path folder = paths_.folder.lexically_normal();
    const bool is_below = !paths_.is_tree && path.parent_path() != paths_.folder;
    std::string why = "its suffix is not that of a template";
    std::string help =
        "a template is called NAME.river, NAME.river.j2, NAME.alloy or NAME.alloy.j2";
    if (is_below) {
      why = "it is not in the folder of the templates itself";
      help = fmt::format("move it to {}, or let --alloy-dir {} read the tree",
                         (folder / (name + ".river.j2")).string(), folder.string());
    } else if (paths_.is_tree) {
      why = "it is not called as the template of a host";
      help = "it is called config.river, config.river.j2, config.alloy or config.alloy.j2";
    }
    diagnostics_.warning("F069", place_of(path), "this file is not read: {}", why).with_help(help);
  }
}

/// A text that Jinja has read names the file.
bool Templates::is_included(const fs::path& file) const {
  const std::string name = file.filename();
  return std::any_of(jinja_files_.begin(), jinja_files_.end(), [&](const auto& one) {
    return one.source->text.find(name) != std::string::npos;
  });
}

const Templates::File& Templates::file(std::string_view name) {
  const auto known = files_.find(name);
  if (known != files_.end()) return known->second;
  File& file = files_[std::string(name)];
  std::string shown = "the built-in default template";
  std::string text = kBuiltInDefault;
  if (const TemplateFile* path = paths_.find(name); path != nullptr) {
    file.name = shown_name(*path);
    shown = path->path.lexically_normal().string();
    auto content = base::read_regular_file(path->path);
    if (!content) io_errors_.push_back(content.error());
    text = content ? std::move(*content) : "";
  } else {
    file.name = shown;
    if (paths_.is_tree)
      io_errors_.push_back({paths_.folder.string() +
                            ": no config.alloy.j2 in it, for hosts without a folder of their own"});
  }
  const auto& source = sources_.add(std::move(shown), std::move(text));
  file.is_broken = report_jinja(source, diagnostics_);
  if (!file.is_broken) read(source, file);
  return file;
}

void Templates::read(const river::diag::SourceFile& source, File& file) {
  river::diag::Diagnostics found;
  file.tree = river::parse(source, found);
  for (ast::Statement* statement : file.tree->body.statements) {
    Piece& piece = file.pieces.emplace_back();
    piece.statement = statement;
    walk(*statement, [&](const ast::Expr& expression) {
      piece.mentions_host |= is_host(&expression);
      if (const auto variable = host_variable(expression); !variable.empty())
        file.variables.push_back(variable);
    });
    if (statement->is_block && statement->name.starts_with("fleet.")) classify(piece, found);
  }
  file.is_broken = found.has_errors();
  diagnostics_.append(std::move(found));
}

const Template& Templates::load(const std::string& name) {
  return make(name, file(name));
}

const Template& Templates::make(const std::string& key, const File& start) {
  Template& result = templates_[key];
  result.name = start.name;
  std::vector<std::string> trail = {key};
  take_in(start, trail, result);
  return result;
}

void Templates::take_in(const File& file, std::vector<std::string>& trail, Template& result) {
  result.is_broken |= file.is_broken;
  result.variables.insert(result.variables.end(), file.variables.begin(), file.variables.end());
  for (const Piece& piece : file.pieces) {
    if (piece.kind == FleetKind::include) {
      include(*piece.statement, trail, result);
      continue;
    }
    if (piece.kind == FleetKind::backends && result.backend.empty())
      result.backend = piece.statement->label;
    result.pieces.push_back(piece);
  }
}

void Templates::include(const ast::Statement& statement, std::vector<std::string>& trail,
                        Template& result) {
  const std::string name(statement.label);
  const TemplateFile* path = paths_.find(name);
  if (path != nullptr && path->is_jinja) {
    result.is_broken = true;
    diagnostics_.error("F063", statement.header_span(), "{} is for Jinja", path->path.string())
        .with_help(fmt::format("include it by {{% include \"{}\" %}}, in a template with the "
                               "suffix .j2",
                               paths_.relative(path->path)));
    return;
  }
  if (path == nullptr) {
    result.is_broken = true;
    std::vector<std::string_view> names;
    for (const auto& [known, file] : paths_.by_name) names.push_back(known);
    auto& problem = diagnostics_.error("F063", statement.header_span(), "there is no template {}",
                                       (paths_.folder / (name + ".river")).string());
    if (const auto near = river::diag::did_you_mean(name, names); !near.empty())
      problem.with_help(fmt::format("did you mean \"{}\"?", near));
    return;
  }
  if (std::find(trail.begin(), trail.end(), name) != trail.end()) {
    result.is_broken = true;
    diagnostics_.error("F062", statement.header_span(), "this include goes in a circle: {} -> {}",
                       fmt::join(trail, " -> "), name);
    return;
  }
  trail.push_back(name);
  take_in(file(name), trail, result);
  trail.pop_back();
}

}  // namespace compiler::templates
