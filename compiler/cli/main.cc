#include "compiler/cli/command_line.h"

int main(int argc, char** argv) {
  return compiler::cli::run(argc, argv);
}
