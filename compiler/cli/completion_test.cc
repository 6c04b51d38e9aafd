#include <doctest/doctest.h>

#include "base/program.h"
#include "compiler/cli/command_line.h"
#include "compiler/cli/commands.h"
#include "tests/support/folder.h"

namespace {

using namespace compiler::cli;

/// What bash offers for a line whose last word is being typed.
std::string offered(const std::string& line) {
  support::Folder folder;
  folder.write("cfgc.bash", completion(command_page(), Shell::bash));
  folder.write("ask.sh",
               "source \"$1/cfgc.bash\"\nread -ra COMP_WORDS <<< \"$2\"\n"
               "[ \"${2% }\" != \"$2\" ] && COMP_WORDS+=(\"\")\n"
               "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_cfgc\necho \"${COMPREPLY[*]}\"\n");
  const auto answer = base::run_program(
      {"bash", (folder.path() / "ask.sh").string(), folder.path().string(), line});
  REQUIRE(answer.has_value());
  CHECK(answer->err == "");
  CHECK(answer->exit_code == 0);
  return answer->out;
}

}  // namespace

TEST_CASE("completion: bash offers commands, options and values") {
  struct Case {
    std::string line, want;
  };
  for (const Case& c : {Case{"cfgc val", "validate\n"},
                        {"cfgc migrate re", "report\n"},
                        {"cfgc validate --form", "--format\n"},
                        {"cfgc validate --format j", "json junit\n"},
                        {"cfgc compile --host puck --stri", "--strict\n"},
                        {"cfgc explain ", "\n"}}) {
    CAPTURE(c.line);
    CHECK(offered(c.line) == c.want);
  }
}

TEST_CASE("completion: every command and option is in the scripts and in the manual page") {
  const CommandPage root = command_page();
  const std::string fish = completion(root, Shell::fish),
                    page = man_page(root, "an example", "1.0");
  CHECK(completion(root, Shell::zsh).starts_with("#compdef cfgc\n"));
  CHECK(root.commands.size() >= 10);
  for (const CommandPage& command : root.commands) {
    CAPTURE(command.name);
    CHECK(!command.about.empty());
    if (command.name != "migrate")  // It has its own.
      CHECK(help_footer(command.name).find("\nExit codes: 0 ") != std::string::npos);
    CHECK(fish.find(" -a " + command.name + " ") != fish.npos);
    CHECK(page.find(".SS cfgc " + command.name + "\n") != page.npos);
    for (const CommandPage::Option& option : command.options) {
      REQUIRE(!option.names.empty());
      CHECK(fish.find(" -l " + option.names.back().substr(2)) != fish.npos);
    }
  }
  CHECK(page.find("\\fB\\-\\-format\\fR text|json|sarif|github|junit\n") != page.npos);
  CHECK(page.find("an example") != page.npos);
}
