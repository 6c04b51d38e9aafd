#include "compiler/emit/compile.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

#include "base/thread.h"
#include "compiler/checks/checks.h"
#include "compiler/emit/findings.h"
#include "compiler/expand/expand.h"
#include "compiler/inventory/render.h"
#include "river/printer.h"

namespace compiler::emit {

namespace ast = river::ast;
using river::diag::Diagnostics;
using river::diag::SourceMap;
using river::diag::Span;

namespace {

/// One host on its way through compile_fleet.
struct Job {
  const inventory::HostEntry* entry = nullptr;
  const templates::Template* source = nullptr;
  Diagnostics diagnostics;
  std::vector<uint32_t> ports_in_use;
  Identity identity;
  CompiledHost result;
};

struct Fleet {
  const CompileOptions& options;
  const SourceMap& sources;
  std::string playbook_dir;
};

bool any_templated(const inventory::Inventory& inventory) {
  return std::any_of(
      inventory.documents.begin(), inventory.documents.end(),
      [](const auto& document) { return document->root != nullptr && document->root->templated; });
}

/// Renders what the hosts use of Jinja. Answers one map for each job.
std::vector<inventory::RenderedTexts> render_used(const std::vector<Job>& jobs,
                                                  inventory::Inventory& inventory,
                                                  Diagnostics& diagnostics) {
  if (!any_templated(inventory)) return std::vector<inventory::RenderedTexts>(jobs.size());
  std::vector<inventory::RenderJob> render_jobs;
  for (const Job& job : jobs) {
    base::Arena arena;
    inventory::RenderJob& wanted = render_jobs.emplace_back();
    wanted.host = job.entry;
    const host::HostFacts facts = host::host_facts(*job.entry, arena);
    for (const auto* list : {&facts.variables, &facts.ports})
      for (const yaml::Pair& variable : *list) collect_templated(*variable.value, wanted);
    for (const std::string_view name : job.source->variables)
      if (const yaml::Pair* variable = job.entry->find(name))
        collect_templated(*variable->value, wanted);
  }
  return render(render_jobs, inventory, diagnostics);
}

/// The template of each host; Jinja's are rendered for it first.
void find_templates(std::vector<Job>& jobs, const inventory::Inventory& inventory,
                    templates::Templates& templates, SourceMap& sources, Diagnostics& diagnostics) {
  std::vector<inventory::RenderFileJob> wanted;
  std::vector<Job*> waiting;
  for (Job& job : jobs) {
    const std::string file = templates.jinja_file_of(job.entry->name);
    if (file.empty()) {
      job.source = templates.for_host(job.entry->name);
      continue;
    }
    wanted.push_back({job.entry, file});
    waiting.push_back(&job);
  }
  if (wanted.empty()) return;
  const auto texts = render_files(wanted, templates.jinja_files(), inventory, sources, diagnostics);
  for (size_t i = 0; i < waiting.size(); ++i)
    waiting[i]->source = templates.for_rendered(waiting[i]->entry->name, texts[i]);
}

/// The checks of the inventory's journal rules, which have their places, have the codes of those of
/// the relabel rules that they become.
bool is_repeated(const river::diag::Diagnostic& one, const Diagnostics& said) {
  return (one.code == "C076" || one.code == "C077") &&
         std::any_of(said.items().begin(), said.items().end(),
                     [&](const auto& other) { return other.code == one.code; });
}

/// Adds what the checks found, but not at places where the model or the folding failed: those are
/// consequences of what is reported already.
void append_but(const std::vector<Span>& failed, const Diagnostics& found, Diagnostics& to) {
  for (const river::diag::Diagnostic& one : found.items()) {
    const bool is_consequence = std::any_of(failed.begin(), failed.end(), [&](Span span) {
      return one.span.begin < span.end && span.begin < one.span.end;
    });
    if (!is_consequence && !is_repeated(one, to)) to.add(one);
  }
}

std::vector<Span> failed_places(const Diagnostics& diagnostics,
                                const templates::HostFolder& folder) {
  std::vector<Span> failed = folder.failed();
  for (const river::diag::Diagnostic& one : diagnostics.items())
    if (one.severity == river::diag::Severity::error) failed.push_back(one.span);
  return failed;
}

/// A blank line above a top-level statement and its comments.
void set_apart(ast::Statement& statement, base::Arena& arena) {
  ast::Trivia& before = statement.before;
  if (before.comments.empty()) {
    before.lines_before = 2;
    return;
  }
  std::vector<ast::Comment> comments(before.comments.begin(), before.comments.end());
  comments[0].lines_before = 2;
  before.comments = arena.list(comments);
}

/// The head of the file, on its first statement or on the end of an empty one.
void add_head(ast::Body& body, std::string_view host, base::Arena& arena) {
  const std::string text = fmt::format("// compiled by cfgc for {}; do not edit", host);
  ast::Trivia& place = body.statements.empty() ? body.before_close : body.statements[0]->before;
  std::vector<ast::Comment> comments = {{arena.text(text), 0}};
  comments.insert(comments.end(), place.comments.begin(), place.comments.end());
  (comments.size() > 1 ? comments[1].lines_before : place.lines_before) = 2;
  place.comments = arena.list(comments);
}

bool has_docker_block(const templates::Template& source) {
  return std::any_of(source.pieces.begin(), source.pieces.end(), [](const templates::Piece& piece) {
    return piece.kind == templates::FleetKind::docker;
  });
}

/// The host's tree from its template.
expand::Statements expand_template(const Job& job, const host::Host& host, const Fleet& fleet,
                                   templates::HostFolder& folder, ast::Tree& tree,
                                   Diagnostics& diagnostics) {
  expand::Statements statements;
  for (const templates::Piece& piece : job.source->pieces) {
    const size_t before = statements.size();
    if (piece.kind != templates::FleetKind::none)
      expand::expand({host, piece, *job.source, folder,
                      river::Builder(tree.arena, piece.statement->header_span()), fleet.sources,
                      fleet.playbook_dir, diagnostics},
                     statements);
    else if (piece.mentions_host)
      statements.push_back(folder.fold(*piece.statement));
    else  // Its nodes stay those of the template; only the place among its neighbours is ours.
      statements.push_back(tree.arena.make(*piece.statement));
    for (size_t i = std::max<size_t>(before, 1); i < statements.size(); ++i)
      set_apart(*statements[i], tree.arena);
  }
  if (fleet.options.add_docker_block) {
    const river::Builder build(tree.arena, host.docker.span);
    const templates::Piece piece{build.block("fleet.docker", "containers", {}),
                                 templates::FleetKind::docker};
    if (!has_docker_block(*job.source))
      expand::expand(
          {host, piece, *job.source, folder, build, fleet.sources, fleet.playbook_dir, diagnostics},
          statements);
  }
  return statements;
}

/// Some expression of the host gave no value, which has its finding.
bool has_failures(const inventory::RenderedTexts& rendered) {
  return std::any_of(rendered.begin(), rendered.end(),
                     [](const auto& text) { return text.second == nullptr; });
}

void compile_host(Job& job, const inventory::RenderedTexts& rendered, const Fleet& fleet) {
  ast::Tree tree;
  Diagnostics& diagnostics = job.diagnostics;
  const host::Host host = host::build_host(
      *job.entry, rendered, {fleet.options.partial, fleet.options.today}, tree.arena, diagnostics);
  job.ports_in_use = ports_in_use(host);
  job.identity = {std::string(host.name), std::string(host.hostname.value),
                  std::string(host.environment.value),
                  fmt::format("{} {}", host.loki.url.value, host.loki.tenant.value),
                  host.hostname.given() ? host.hostname.span : job.entry->span};
  templates::HostFolder folder(host, rendered, tree.arena, diagnostics);
  if (job.source->is_broken) return;
  tree.body.statements =
      tree.arena.list(expand_template(job, host, fleet, folder, tree, diagnostics));
  add_head(tree.body, host.name, tree.arena);
  const ast::Tree* trees[] = {&tree};
  Diagnostics found;
  const auto program =
      river::config::resolve(trees, fleet.options.catalog, fleet.options.stability, found);
  river::config::check(program, found);
  report_plain_secrets(program, found);
  if (!found.has_errors()) {
    checks::check_design(program, found);
    if (!fleet.options.partial) check_host_needs(host, program, found);
  }
  append_but(failed_places(diagnostics, folder), found, diagnostics);
  if (diagnostics.has_errors() || has_failures(rendered)) return;
  job.result.text = river::print(tree);
  if (job.result.text.find(fmt::format("\"{}\"", job.identity.hostname)) == std::string::npos)
    job.identity.hostname.clear();
  if (fleet.options.seen) fleet.options.seen(host, program);
}

SharedPorts shared_ports(const std::vector<Job>& jobs, const inventory::Inventory& inventory) {
  std::set<const inventory::HostEntry*> compiled;
  std::set<uint32_t> in_use;
  for (const Job& job : jobs) {
    compiled.insert(job.entry);
    in_use.insert(job.ports_in_use.begin(), job.ports_in_use.end());
  }
  return {inventory, compiled, std::move(in_use)};
}

}  // namespace

std::string today() {
  const std::time_t now = std::time(nullptr);
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(now));
}

std::vector<CompiledHost> compile_fleet(inventory::Inventory& inventory,
                                        const CompileOptions& options, SourceMap& sources,
                                        Diagnostics& diagnostics) {
  Diagnostics found;
  templates::Templates templates(
      inventory.alloy_dir.empty() ? templates::list_templates(inventory.playbook_dir / "templates")
                                  : templates::list_alloy_tree(inventory.alloy_dir),
      sources, found);
  std::vector<Job> jobs;
  const auto add = [&](const inventory::HostEntry& entry) {
    Job& job = jobs.emplace_back();
    job.entry = &entry;
    job.result.name = entry.name;
  };
  if (options.hosts.empty())
    for (const inventory::HostEntry& entry : inventory.hosts) add(entry);
  for (const std::string& name : options.hosts)
    if (const inventory::HostEntry* entry = inventory.find_host(name)) add(*entry);
  find_templates(jobs, inventory, templates, sources, found);
  for (Job& job : jobs) {
    job.result.template_name = job.source->name;
    job.result.has_docker_block = has_docker_block(*job.source);
  }
  if (options.hosts.empty() && !options.partial) templates.report_unused(inventory.host_names());
  Merge merge(sources, diagnostics);
  merge.take(found);
  for (const base::Error& error : templates.io_errors()) inventory.io_errors.push_back(error);

  const std::vector<inventory::RenderedTexts> rendered = render_used(jobs, inventory, diagnostics);
  const Fleet fleet{options, sources, inventory.playbook_dir.lexically_normal().string()};
  base::parallel_for(jobs.size(), [&](size_t i) { compile_host(jobs[i], rendered[i], fleet); });
  const SharedPorts ports = shared_ports(jobs, inventory);
  for (const Job& job : jobs)
    for (const river::diag::Diagnostic& one : job.diagnostics.items())
      if (!ports.belongs_elsewhere(one, *job.entry)) merge.take(one, job.entry->name);
  std::vector<Identity> identities;
  for (const Job& job : jobs) identities.push_back(job.identity);
  Diagnostics alike;
  check_identities(identities, alike);
  merge.take(alike);
  std::vector<CompiledHost> compiled;
  for (Job& job : jobs) compiled.push_back(std::move(job.result));
  return compiled;
}

}  // namespace compiler::emit
