#include "compiler/templates/template.h"

#include <algorithm>
#include <array>

#include "base/files.h"
#include "river/diag/diagnostics.h"
#include "river/parser.h"

namespace compiler::templates {

namespace ast = river::ast;
namespace fs = std::filesystem;

namespace {

constexpr char kBuiltInDefault[] = R"(fleet.journal "systemd" { }

fleet.syslog "services" { }

fleet.docker "containers" { }

fleet.files "files" { }

fleet.backends "default" { }
)";

constexpr std::string_view kFleetBlocks[] = {"fleet.journal", "fleet.syslog",   "fleet.docker",
                                             "fleet.files",   "fleet.backends", "fleet.include"};
constexpr FleetKind kFleetKinds[] = {FleetKind::journal, FleetKind::syslog,   FleetKind::docker,
                                     FleetKind::files,   FleetKind::backends, FleetKind::include};

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
    auto& problem = diagnostics.error("F060", block.name_span, "there is no block {}", block.name);
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

Templates::Templates(fs::path folder, river::diag::SourceMap& sources,
                     river::diag::Diagnostics& diagnostics)
    : folder_(std::move(folder)), sources_(sources), diagnostics_(diagnostics) {
  std::error_code problem;
  if (!fs::exists(folder_, problem)) return;
  for (fs::directory_iterator it(folder_, problem), end; !problem && it != end;
       it.increment(problem))
    if (it->path().extension() == ".river") paths_.emplace(it->path().stem(), it->path());
  if (problem) io_errors_.push_back({folder_.string() + ": " + problem.message()});
}

const Template* Templates::for_host(std::string_view host) {
  const std::string name = paths_.contains(host) ? std::string(host) : "default";
  const auto known = templates_.find(name);
  return known != templates_.end() ? &known->second : &load(name);
}

void Templates::report_unused(const std::vector<std::string_view>& hosts) {
  for (const auto& [name, known] : templates_)
    if (known.is_broken) return;  // It may have meant to include the file.
  for (const auto& [name, path] : paths_) {
    if (name == "default" || files_.contains(name)) continue;
    const auto& source = sources_.add(path.lexically_normal().string(), " ");
    auto& problem = diagnostics_.warning("F068", {source.base, source.base + 1},
                                         "no host has the name of this template");
    if (const auto near = river::diag::did_you_mean(name, hosts); !near.empty())
      problem.with_help(fmt::format("did you mean the host \"{}\"?", near));
  }
}

const Templates::File& Templates::file(std::string_view name) {
  const auto known = files_.find(name);
  if (known != files_.end()) return known->second;
  File& file = files_[std::string(name)];
  std::string shown = "the built-in default template";
  std::string text = kBuiltInDefault;
  if (const auto path = paths_.find(name); path != paths_.end()) {
    file.name = (folder_.filename() / path->second.filename()).string();
    shown = path->second.lexically_normal().string();
    auto content = base::read_file(path->second);
    if (!content) io_errors_.push_back(content.error());
    text = content ? std::move(*content) : "";
  } else {
    file.name = shown;
  }
  river::diag::Diagnostics found;
  file.tree = river::parse(sources_.add(std::move(shown), std::move(text)), found);
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
  return file;
}

const Template& Templates::load(const std::string& name) {
  Template& result = templates_[name];
  const File& start = file(name);
  result.name = start.name;
  std::vector<std::string> trail = {name};
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
  if (!paths_.contains(name)) {
    result.is_broken = true;
    std::vector<std::string_view> names;
    for (const auto& [known, path] : paths_) names.push_back(known);
    auto& problem = diagnostics_.error("F063", statement.header_span(), "there is no template {}",
                                       (folder_ / (name + ".river")).string());
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
