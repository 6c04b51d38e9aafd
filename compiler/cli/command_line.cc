#include "compiler/cli/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/version.h"
#include "compiler/cli/commands.h"
#include "compiler/explain/explain.h"
#include "compiler/host/host_schema.h"
#include "compiler/kubernetes/manifests.h"
#include "compiler/plan/plan.h"
#include "components/catalog.h"

namespace compiler::cli {

namespace {

using river::diag::OutputFormat;

/// Size of the colour sequence that the text begins with; 0: it has none.
size_t colour_at(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const size_t end = text.find_first_not_of("0123456789;", 2);
  return end != text.npos && text[end] == 'm' ? end + 1 : 0;
}

/// What a terminal may get of a text that repeats what is in files: no control characters.
std::string for_terminal(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t colour = colour_at(text);
    const size_t next = std::min(text.find('\x1b', colour == 0 ? 1 : colour), text.size());
    out += text.substr(0, colour);
    out += river::diag::visible(text.substr(colour, next - colour));
    text.remove_prefix(next);
  }
  return out;
}

bool print_to(const std::string& text, FILE* to) {
  return std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0;
}

/// The shared options, and --format of findings.
struct FindingArguments {
  std::string format = "text";
  CheckArguments check;

  void add_to(CLI::App& command) {
    command.add_option("--format", format, "Output format of findings")
        ->check(CLI::IsMember({"text", "json", "sarif", "github", "junit"}))
        ->capture_default_str();
    check.add_to(command);
  }

  emit::CheckOptions resolve() {
    emit::CheckOptions options = check.resolve();
    if (format == "json") options.format = OutputFormat::json;
    if (format == "sarif") options.format = OutputFormat::sarif;
    if (format == "github") options.format = OutputFormat::github;
    options.junit = format == "junit";
    options.columns = river::diag::terminal_columns(STDOUT_FILENO);
    if (format == "text" && isatty(STDOUT_FILENO) == 1) options.format = OutputFormat::text_colour;
    return options;
  }
};

std::string read_stdin() {
  std::string text;
  char buffer[65536];
  while (const size_t got = std::fread(buffer, 1, sizeof buffer, stdin)) text.append(buffer, got);
  return text;
}

void add_fmt(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<FmtOptions>();
  CLI::App* command = app.add_subcommand("fmt", "Print River files in their canonical format");
  command->add_option("FILE", options->files, "Files; standard input when - or not given");
  command->add_flag("--write,-w", options->write, "Rewrite the files");
  command->add_flag("--check", options->check,
                    "List the files that are not canonical; exit 1 if there are any");
  command->add_flag("--diff", options->diff,
                    "Print the changes as a unified diff; exit 1 if there are any");
  command->callback([options, &exit_code] {
    const FmtResult result = run_fmt(*options, read_stdin);
    exit_code = show({result.exit_code, result.out, result.err});
  });
}

void add_validate(CLI::App& app, int& exit_code) {
  auto check = std::make_shared<FindingArguments>();
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check hosts or River files; writes nothing");
  command->add_option("PATH", options->paths,
                      "host_vars/, one of its files, an inventory, a folder of River files or a "
                      "River file; default: ./inventory");
  check->add_to(*command);
  command->add_flag("--run-scripts", options->run_scripts,
                    "Run inventory scripts and plugins, which else are not trusted here");
  command->callback([options, check, &exit_code] {
    options->check = check->resolve();
    options->check.read.run_scripts = options->run_scripts;
    exit_code = show(run_validate(*options));
  });
}

void add_compile(CLI::App& app, int& exit_code) {
  auto check = std::make_shared<FindingArguments>();
  auto options = std::make_shared<CompileCommand>();
  CLI::App* command = app.add_subcommand("compile", "Write a checked River config for each host");
  check->check.add_inventory(*command);
  command->add_option("--host", options->hosts, "Only this host; may be repeated");
  command->add_option("--out,-o", options->out, "Folder to write to")->capture_default_str();
  command->add_flag("--strict", options->strict, "Treat warnings as errors");
  command
      ->add_option_function<std::string>(
          "--deny", [options](const std::string&) { options->strict = true; },
          "warnings: as --strict")
      ->check(CLI::IsMember({"warnings"}));
  check->add_to(*command);
  command->callback([options, check, &exit_code] {
    options->check = check->resolve();
    const inventory::InventoryOptions load = check->check.load();
    options->inventory = load.inventory;
    options->more_inventories = load.more;
    exit_code = show(run_compile(*options));
  });
}

void add_catalogue(CLI::App& app, int& exit_code) {
  auto format = std::make_shared<std::string>("text");
  CLI::App* command =
      app.add_subcommand("catalogue", "Print the arguments and exports of all components");
  command->add_option("--format", *format, "Output format")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([format, &exit_code] {
    const auto catalog = components::catalog();
    exit_code =
        show({0, *format == "json" ? catalogue_json(catalog) : catalogue_text(catalog), ""});
  });
}

void add_schema(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of host_vars files");
  command->callback([&exit_code] { exit_code = show({0, host::json_schema(), ""}); });
}

void add_status(CLI::App& app, int& exit_code) {
  struct Arguments {
    StatusOptions options;
    CheckArguments check;
    std::string format = "table";
    int connect_seconds = 10;
    int answer_seconds = 30;
  };
  auto asked = std::make_shared<Arguments>();
  StatusOptions& options = asked->options;
  CLI::App* command = app.add_subcommand(
      "status", "Compare what each host runs, asked over ssh, with what is compiled now");
  asked->check.add_inventory(*command);
  command->add_option("--host", options.load.only_hosts, "Only this host; may be repeated");
  command->add_option("--format", asked->format, "Output format")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->add_option("--jobs", options.pool.jobs, "Hosts asked at the same time")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  command->add_option("--connect-timeout", asked->connect_seconds, "Seconds to connect to a host")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  command->add_option("--timeout", asked->answer_seconds, "Seconds to wait for a host's answer")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] {
    asked->options.check = asked->check.resolve();
    asked->options.load = in_hosts(asked->check.load(), asked->options.load.only_hosts);
    asked->options.connect_timeout = std::chrono::seconds(asked->connect_seconds);
    asked->options.pool.timeout = std::chrono::seconds(asked->answer_seconds);
    asked->options.json = asked->format == "json";
    exit_code = show(run_status(asked->options));
  });
}

void add_explain(CLI::App& app, int& exit_code) {
  struct Arguments {
    explain::Question question;
    CheckArguments check;
  };
  auto asked = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "explain", "Say what a code means, or where the values of a host's config come from");
  command->add_option("CODE|HOST", asked->question.subject, "F012, or a host of the inventory")
      ->required();
  command->add_option("COMPONENT", asked->question.part,
                      "Of a host: loki.write.default, or loki.write.default.endpoint.url");
  asked->check.add_inventory(*command);
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] {
    asked->question.check = asked->check.resolve();
    asked->question.load = asked->check.load();
    exit_code = show(explain::explain(asked->question));
  });
}

void add_graph(CLI::App& app, int& exit_code) {
  struct Arguments {
    explain::Question question;
    CheckArguments check;
    std::string format = "mermaid";
  };
  auto asked = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("graph", "Draw the components of a host's config");
  command->add_option("HOST", asked->question.subject, "A host of the inventory")->required();
  command->add_option("--format", asked->format, "Output format")
      ->check(CLI::IsMember({"mermaid", "dot"}))
      ->capture_default_str();
  asked->check.add_inventory(*command);
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] {
    asked->question.check = asked->check.resolve();
    asked->question.load = asked->check.load();
    exit_code = show(explain::graph(asked->question, asked->format == "dot"
                                                         ? explain::GraphFormat::dot
                                                         : explain::GraphFormat::mermaid));
  });
}

void add_rbac(CLI::App& group, int& exit_code) {
  struct Arguments {
    kubernetes::RbacOptions options;
    FindingArguments check;
    std::string output = "objects";
  };
  auto asked = std::make_shared<Arguments>();
  CLI::App* command =
      group.add_subcommand("rbac", "Print the roles that a config needs, and nothing more");
  command->add_option("CONFIG", asked->options.config, "A River file or a folder of them")
      ->required();
  command
      ->add_option("--output,-o", asked->output,
                   "Objects for kubectl apply, or values of charts/tributary")
      ->check(CLI::IsMember({"objects", "values"}))
      ->capture_default_str();
  command->add_option("--name", asked->options.name, "Name of roles and service account")
      ->capture_default_str();
  command
      ->add_option("--namespace,-n", asked->options.own_namespace,
                   "Namespace that the agent runs in")
      ->capture_default_str();
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] {
    asked->options.check = asked->check.resolve();
    asked->options.as_values = asked->output == "values";
    exit_code = show(kubernetes::run_rbac(asked->options));
  });
}

/// `cfgc kubernetes`.
void add_kubernetes(CLI::App& app, int& exit_code) {
  struct Arguments {
    kubernetes::ManifestOptions options;
    FindingArguments check;
  };
  CLI::App* group =
      app.add_subcommand("kubernetes", "Say what a config needs of a cluster; check manifests");
  group->require_subcommand(1);
  add_rbac(*group, exit_code);
  auto asked = std::make_shared<Arguments>();
  CLI::App* command = group->add_subcommand(
      "check", "Check manifests of agents, such as those that a chart renders");
  command->add_option("FILE", asked->options.files, "YAML; - is standard input")->required();
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] {
    asked->options.check = asked->check.resolve();
    exit_code = show(kubernetes::check_manifests(asked->options, read_stdin));
  });
}

/// `cfgc plan` and `cfgc breaking`.
void add_plan(CLI::App& app, std::string name, std::string about, bool breaking_only,
              int& exit_code) {
  struct Arguments {
    plan::Options options;
    CheckArguments check;
    std::string format = "text";
    std::string least = "delivery";
  };
  auto asked = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(std::move(name), std::move(about));
  asked->options.breaking_only = breaking_only;
  asked->check.add_inventory(*command);
  command
      ->add_option("--against", asked->options.against,
                   "Folder of compiled configs, or a git revision of the inventory")
      ->capture_default_str();
  command->add_option("--host", asked->options.load.only_hosts, "Only this host; may be repeated");
  command->add_option("--format", asked->format, "Output format")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  if (breaking_only)
    command->add_option("--level", asked->least, "The least that counts")
        ->check(CLI::IsMember({"delivery", "targets", "labels"}))
        ->capture_default_str();
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] {
    plan::Options& options = asked->options;
    options.check = asked->check.resolve();
    options.load = in_hosts(asked->check.load(), options.load.only_hosts);
    options.json = asked->format == "json";
    for (const plan::Level level : {plan::Level::targets, plan::Level::labels})
      if (asked->least == plan::name(level)) options.least = level;
    exit_code = show(plan::run_plan(options));
  });
}

}  // namespace

int show(const emit::CommandResult& result) {
  const bool is_terminal = isatty(STDOUT_FILENO) == 1;
  const bool is_printed = print_to(is_terminal ? for_terminal(result.out) : result.out, stdout);
  print_to(river::diag::visible(result.err), stderr);
  return is_printed ? result.exit_code : kExitUsage;
}

namespace {

/// "{text,json}" in what CLI11 says of an option's type.
std::vector<std::string> values_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t open = type.find('{'), close = type.find('}', open);
  std::vector<std::string> values;
  if (open == type.npos || close == type.npos) return values;
  for (size_t at = open + 1; at < close;) {
    const size_t end = std::min(type.find(',', at), close);
    values.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return values;
}

CommandPage page_of(const CLI::App& app) {
  CommandPage page{app.get_name(), app.get_description(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    CommandPage::Option one{
        {}, option->get_description(), option->get_items_expected_max() > 0, values_of(*option)};
    for (const std::string& name : option->get_snames()) one.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) one.names.push_back("--" + name);
    if (!one.names.empty()) page.options.push_back(std::move(one));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    page.commands.push_back(page_of(*command));
  return page;
}

void add_completion(CLI::App& app, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("completion", "Print the script by which a shell completes cfgc");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &exit_code] {
    const Shell wanted = *shell == "fish"  ? Shell::fish
                         : *shell == "zsh" ? Shell::zsh
                                           : Shell::bash;
    exit_code = show({0, completion(command_page(), wanted), ""});
  });
  CLI::App* man = app.add_subcommand("man", "Print the manual page, cfgc(1)");
  man->callback([&exit_code] {
    exit_code = show({0, man_page(command_page(), help_footer(""), base::kVersion), ""});
  });
}

/// --version, also behind each command.
void give_version(CLI::App& app) {
  app.set_version_flag("--version", std::string(base::kVersion));
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; }))
    give_version(*command);
}

/// Examples and exit codes at the end of the help of each command; migrate has them already.
void give_footers(CLI::App& app, const std::string& name) {
  if (app.get_footer().empty()) app.footer(help_footer(name));
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; }))
    give_footers(*command, name.empty() ? command->get_name() : name + " " + command->get_name());
}

/// The unknown word in the place of a command; CLI11 only says that a command is missing.
std::string unknown_command(const CLI::App& app) {
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().back();
  const std::vector<std::string> rest = app.remaining(true);
  if (rest.empty() || rest.front().starts_with('-')) return {};
  std::vector<std::string_view> known;
  for (const CLI::App* command : last->get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(command->get_name());
  return no_such_command(rest.front(), known);
}

constexpr char kAbout[] = "Compiles an Ansible inventory into one checked River config per host.";

void add_commands(CLI::App& app, int& exit_code) {
  add_fmt(app, exit_code);
  add_validate(app, exit_code);
  add_compile(app, exit_code);
  add_catalogue(app, exit_code);
  add_schema(app, exit_code);
  add_migrate(app, exit_code);
  add_status(app, exit_code);
  add_explain(app, exit_code);
  add_graph(app, exit_code);
  add_kubernetes(app, exit_code);
  add_test(app, exit_code);
  add_import(app, exit_code);
  add_plan(app, "plan", "Show what a deploy would change on each host", false, exit_code);
  add_plan(app, "breaking", "Fail when a deploy would change what others depend on", true,
           exit_code);
  add_completion(app, exit_code);
  give_version(app);
}

}  // namespace

CommandPage command_page() {
  CLI::App app(kAbout, "cfgc");
  int exit_code = 0;
  add_commands(app, exit_code);
  return page_of(app);
}

int run(int argc, char** argv) {
  CLI::App app(kAbout, "cfgc");
  app.require_subcommand(1);
  int exit_code = 0;
  add_commands(app, exit_code);
  give_footers(app, "");
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& problem) {
    const std::string unknown = unknown_command(app);
    if (unknown.empty()) app.exit(problem);
    print_to(unknown, stderr);
    return app.got_subcommand("migrate") ? kExitMigrateError : kExitUsage;
  } catch (const CLI::ParseError& problem) {
    if (app.exit(problem) == 0) return 0;
    const bool two_is_change = app.got_subcommand("migrate") || app.got_subcommand("plan") ||
                               app.got_subcommand("breaking");
    return two_is_change ? kExitMigrateError : kExitUsage;
  }
  return exit_code;
}

}  // namespace compiler::cli
