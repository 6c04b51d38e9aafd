#include "compiler/ask/pool.h"

#include <poll.h>

#include <algorithm>
#include <list>

namespace compiler::ask {
namespace {

using Clock = std::chrono::steady_clock;

struct Running {
  size_t index = 0;
  base::Child child;
  Clock::time_point deadline;
};

/// Sleeps until a program ends or the first deadline has come.
void wait_for_any(const std::list<Running>& running) {
  std::vector<pollfd> watched;
  auto first = Clock::time_point::max();
  for (const Running& one : running) {
    watched.push_back({one.child.ended_fd(), POLLIN, 0});
    first = std::min(first, one.deadline);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count();
  ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<int64_t>(left, 0, 60'000)));
}

bool has_ended(const Running& one) {
  pollfd watched{one.child.ended_fd(), POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

}  // namespace

void run_all(const std::vector<std::vector<std::string>>& commands, const PoolOptions& options,
             const std::function<void(size_t index, base::Result<base::ProgramOutput>)>& on_end) {
  std::list<Running> running;
  size_t next = 0;
  while (next < commands.size() || !running.empty()) {
    while (next < commands.size() && running.size() < std::max<size_t>(options.jobs, 1)) {
      const size_t index = next++;
      auto child = base::Child::start(commands[index]);
      if (child)
        running.push_back({index, std::move(*child), Clock::now() + options.timeout});
      else
        on_end(index, tl::unexpected(child.error()));
    }
    if (running.empty()) continue;
    wait_for_any(running);
    for (auto one = running.begin(); one != running.end();) {
      if (has_ended(*one)) {
        on_end(one->index, one->child.wait());
      } else if (Clock::now() >= one->deadline) {
        one->child.kill();
        (void)one->child.wait();
        on_end(one->index, base::fail("no answer within {} s", options.timeout.count()));
      } else {
        ++one;
        continue;
      }
      one = running.erase(one);
    }
  }
}

}  // namespace compiler::ask
