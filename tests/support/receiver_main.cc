#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "tests/support/receiver.h"

/// A stand-in for Loki; tests/support/receiver.h says what it answers.
int main(int argc, char** argv) {
  CLI::App app("Takes Loki pushes, counts and checks the lines, fails on request.", "receiver");
  support::Receiver::Options options;
  options.address = "127.0.0.1:3100";
  app.add_option("--listen", options.address, "host:port; port 0 takes any free one");
  app.add_option("--keep", options.lines_kept, "lines that GET /lines remembers");
  app.add_flag("--print", options.print, "print each line with its labels");
  CLI11_PARSE(app, argc, argv);

  // Before the server's threads start, so that they inherit it and sigwait() below gets both.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  auto receiver = support::Receiver::start(options);
  if (!receiver) {
    fmt::print(stderr, "receiver: {}\n", receiver.error().message);
    return 2;
  }
  fmt::print(stderr, "receiver: listening on {}\n", (*receiver)->address());
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
