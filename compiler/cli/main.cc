#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "compiler/cli/arguments.h"
#include "compiler/cli/catalogue.h"
#include "compiler/cli/command.h"
#include "compiler/cli/fmt.h"
#include "compiler/cli/migrate.h"
#include "compiler/cli/status.h"
#include "compiler/host/host_schema.h"
#include "components/catalog.h"

/// The command line of cfgc: what is asked becomes the options of one function, whose answer is
/// printed. Exit codes are chosen here and in the commands only.
namespace {

using compiler::cli::show;
using river::diag::OutputFormat;

constexpr char kFooter[] = R"(Examples:
  cfgc validate host_vars/             every host, findings point into the YAML
  cfgc validate host_vars/puck.yml     one host
  cfgc compile                         all hosts to compiled/HOST/config.river
  cfgc compile --host puck --out /tmp/puck
  cfgc fmt --check templates/*.river
  cfgc migrate report --dashboards grafana/ --rules rules/

Exit codes: 0 clean, 1 findings, 2 usage or a file that cannot be read or written;
those of migrate are told by `cfgc migrate --help`)";

/// The shared options, and --format of findings.
struct FindingArguments {
  std::string format = "text";
  compiler::cli::CheckArguments check;

  void add_to(CLI::App& command) {
    command.add_option("--format", format, "How findings are printed")
        ->check(CLI::IsMember({"text", "json", "sarif", "github"}))
        ->capture_default_str();
    check.add_to(command);
  }

  compiler::emit::CheckOptions resolve() {
    compiler::emit::CheckOptions options = check.resolve();
    if (format == "json") options.format = OutputFormat::json;
    if (format == "sarif") options.format = OutputFormat::sarif;
    if (format == "github") options.format = OutputFormat::github;
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
  auto options = std::make_shared<compiler::cli::FmtOptions>();
  CLI::App* command = app.add_subcommand("fmt", "Print River files in their canonical format");
  command->add_option("FILE", options->files, "Files; - or none for standard input");
  command->add_flag("--write,-w", options->write, "Rewrite the files");
  command->add_flag("--check", options->check, "Name files that are not canonical, exit 1");
  command->add_flag("--diff", options->diff, "Show what would change, exit 1 if anything");
  command->callback([options, &exit_code] {
    const compiler::cli::FmtResult result = compiler::cli::run_fmt(*options, read_stdin);
    exit_code = compiler::cli::show({result.exit_code, result.out, result.err});
  });
}

void add_validate(CLI::App& app, int& exit_code) {
  auto check = std::make_shared<FindingArguments>();
  auto options = std::make_shared<compiler::cli::ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check hosts or River files, change nothing");
  command->add_option("PATH", options->paths,
                      "host_vars/, one of its files, an inventory, a folder of River files or a "
                      "River file; ./inventory when left out");
  check->add_to(*command);
  command->callback([options, check, &exit_code] {
    options->check = check->resolve();
    exit_code = compiler::cli::show(compiler::cli::run_validate(*options));
  });
}

void add_compile(CLI::App& app, int& exit_code) {
  auto check = std::make_shared<FindingArguments>();
  auto options = std::make_shared<compiler::cli::CompileCommand>();
  CLI::App* command = app.add_subcommand("compile", "Write a checked River config for each host");
  command->add_option("--inventory,-i", options->inventory, "Inventory file or folder")
      ->capture_default_str();
  command->add_option("--host", options->hosts, "Only this host; may be repeated");
  command->add_option("--out,-o", options->out, "Folder to write to")->capture_default_str();
  command->add_flag("--strict", options->strict, "Warnings give exit code 1, too");
  check->add_to(*command);
  command->callback([options, check, &exit_code] {
    options->check = check->resolve();
    exit_code = compiler::cli::show(compiler::cli::run_compile(*options));
  });
}

void add_catalogue(CLI::App& app, int& exit_code) {
  auto format = std::make_shared<std::string>("text");
  CLI::App* command = app.add_subcommand("catalogue", "Print what each component takes and gives");
  command->add_option("--format", *format, "How it is printed")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([format, &exit_code] {
    const auto catalog = components::catalog();
    exit_code = compiler::cli::show({0,
                                     *format == "json" ? compiler::cli::catalogue_json(catalog)
                                                       : compiler::cli::catalogue_text(catalog),
                                     ""});
  });
}

void add_schema(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of host_vars files");
  command->callback([&exit_code] {
    exit_code = compiler::cli::show({0, compiler::host::json_schema(), ""});
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Compiles an Ansible inventory into one checked River config per host.", "cfgc");
  app.footer(kFooter);
  app.require_subcommand(1);
  int exit_code = 0;
  add_fmt(app, exit_code);
  add_validate(app, exit_code);
  add_compile(app, exit_code);
  add_catalogue(app, exit_code);
  add_schema(app, exit_code);
  compiler::cli::add_migrate(app, exit_code);
  compiler::cli::add_status(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (app.exit(problem) == 0) return 0;
    return app.got_subcommand("migrate") ? compiler::cli::kExitMigrateError
                                         : compiler::cli::kExitUsage;
  }
  return exit_code;
}
