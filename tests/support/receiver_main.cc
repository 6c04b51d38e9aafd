#include <fmt/format.h>
#include <getopt.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <string_view>

#include "tests/support/receiver.h"

namespace {

constexpr std::string_view kUsage =
    "usage: receiver [--listen HOST:PORT] [--keep LINES] [--print]\n"
    "Takes Loki pushes, counts and checks the lines, fails on request.\n"
    "  --listen  default 127.0.0.1:3100; port 0 takes any free one\n"
    "  --keep    lines that GET /lines remembers\n"
    "  --print   print each line with its labels\n";

bool take_number(std::string_view text, size_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

/// False: the arguments cannot be taken.
bool read_arguments(int argc, char** argv, support::Receiver::Options& options) {
  enum { kListen = 1, kKeep, kPrint };
  const option known[] = {{"listen", required_argument, nullptr, kListen},
                          {"keep", required_argument, nullptr, kKeep},
                          {"print", no_argument, nullptr, kPrint},
                          {}};
  for (int found; (found = ::getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (found == kListen)
      options.address = optarg;
    else if (found == kPrint)
      options.print = true;
    else if (found != kKeep || !take_number(optarg, options.lines_kept))
      return false;
  }
  return optind == argc;
}

}  // namespace

/// A stand-in for Loki; tests/support/receiver.h says what it answers.
int main(int argc, char** argv) {
  support::Receiver::Options options;
  options.address = "127.0.0.1:3100";
  if (!read_arguments(argc, argv, options)) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }

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
