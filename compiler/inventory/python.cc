#include "compiler/inventory/python.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/files.h"
#include "base/program.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kInventoryProgram = "ansible-inventory";
constexpr size_t kScriptBytesMax = size_t{1} << 20;

/// The interpreter of a script, from "#!/usr/bin/python3" or "#!/usr/bin/env python3".
std::string interpreter_of(const fs::path& script) {
  const auto text = base::read_file(script, kScriptBytesMax);
  if (!text || !text->starts_with("#!")) return {};
  std::string line = text->substr(2, text->find('\n') - 2);
  line.erase(0, line.find_first_not_of(' '));
  if (line.starts_with("/usr/bin/env ")) line.erase(0, line.rfind(' ') + 1);
  const std::string program = line.substr(0, line.find(' '));
  return program.find("python") == program.npos ? std::string() : program;
}

/// False when the time is over before the program has ended.
bool ends_in(const base::Child& child, std::chrono::seconds time_max) {
  const auto end = std::chrono::steady_clock::now() + time_max;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ended{child.ended_fd(), POLLIN, 0};
    const int ready = poll(&ended, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (ready != -1 || errno != EINTR) return ready == 1;
  }
}

}  // namespace

std::string ansible_python() {
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const size_t end = rest.find(':');
    const fs::path script = fs::path(rest.substr(0, end)) / kInventoryProgram;
    if (access(script.c_str(), X_OK) == 0)
      if (std::string python = interpreter_of(script); !python.empty()) return python;
    rest = end == rest.npos ? "" : rest.substr(end + 1);
  }
  return {};
}

base::Result<std::string> run_python(const PythonProgram& program, const std::string& request,
                                     int* exit_code) {
  const std::string& name = program.interpreter;
  auto child = base::Child::start({name, "-I", "-c", program.text}, request);
  if (!child) return tl::unexpected(child.error());
  if (!ends_in(*child, program.time_max)) {
    child->kill();
    (void)child->wait();
    return base::fail("{} was stopped after {} s", name, program.time_max.count());
  }
  auto output = child->wait();
  if (!output) return tl::unexpected(output.error());
  if (exit_code != nullptr) *exit_code = output->exit_code;
  if (output->exit_code != 0) return base::fail("{}", output->err);
  return std::move(output->out);
}

}  // namespace compiler::inventory
