#include <CLI/CLI.hpp>

#include "compiler/cases/cases.h"
#include "compiler/cli/command_line.h"
#include "compiler/promtail/importer.h"

/// Arguments of `cfgc test` and `cfgc import`.
namespace compiler::cli {

void add_test(CLI::App& app, int& exit_code) {
  struct Arguments {
    cases::Options options;
    CheckArguments check;
    std::string format = "text";
  };
  auto asked = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("test", "Run cases of what arrives and which entries should leave");
  command->add_option("PATH", asked->options.paths, "Files of cases, or folders with *.test.yml")
      ->required();
  asked->check.add_inventory(*command);
  command->add_option("--format", asked->format, "Output format")
      ->check(CLI::IsMember({"text", "json", "junit"}))
      ->capture_default_str();
  command
      ->add_option_function<std::string>(
          "--deny", [asked](const std::string&) { asked->options.deny_warnings = true; },
          "warnings: fail when a rule or a stage is covered by no case")
      ->check(CLI::IsMember({"warnings"}));
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] {
    cases::Options& options = asked->options;
    options.check = asked->check.resolve();
    options.load = asked->check.load();
    if (asked->format == "json") options.format = cases::Format::json;
    if (asked->format == "junit") options.format = cases::Format::junit;
    exit_code = show(cases::run_test(options));
  });
}

void add_import(CLI::App& app, int& exit_code) {
  struct Arguments {
    promtail::Options options;
    CheckArguments check;
  };
  auto asked = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "import", "Turn a configuration of Promtail into River, and list the rest");
  command->add_option("FILE", asked->options.file, "promtail.yaml")->required();
  command->add_option("--out,-o", asked->options.out, "File to write; default: standard output");
  command->add_flag("--expand-env", asked->options.expand_env,
                    "${NAME} in regexes and templates is a variable, too, as with Promtail's "
                    "-config.expand-env");
  asked->check.add_stability(*command);
  command->callback([asked, &exit_code] {
    asked->options.check = asked->check.resolve();
    exit_code = show(promtail::run_import(asked->options));
  });
}

}  // namespace compiler::cli
