#include "compiler/cli/arguments.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "components/catalog.h"

namespace compiler::cli {

namespace {

bool print(const std::string& text, FILE* to) {
  return std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0;
}

}  // namespace

void CheckArguments::add_to(CLI::App& command) {
  command.add_option("--stability.level", stability, "Least stable components allowed")
      ->check(CLI::IsMember({"generally-available", "public-preview", "experimental"}))
      ->capture_default_str();
  command.add_option("--playbook-dir", options.playbook_dir,
                     "Where host_vars/, group_vars/ and templates/ are, when not beside the "
                     "inventory or in the folder above it");
}

const emit::CheckOptions& CheckArguments::resolve() {
  using river::schema::Stability;
  options.catalog = components::catalog();
  if (stability == "public-preview") options.stability = Stability::public_preview;
  if (stability == "experimental") options.stability = Stability::experimental;
  return options;
}

int show(const emit::CommandResult& result) {
  const bool printed = print(result.out, stdout);
  print(result.err, stderr);
  return printed ? result.exit_code : kExitUsage;
}

}  // namespace compiler::cli
