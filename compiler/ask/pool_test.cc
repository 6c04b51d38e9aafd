#include "compiler/ask/pool.h"

#include <doctest/doctest.h>

#include <chrono>
#include <map>

using compiler::ask::run_all;

namespace {

std::map<size_t, std::string> run(const std::vector<std::vector<std::string>>& commands,
                                  const compiler::ask::PoolOptions& options) {
  std::map<size_t, std::string> said;
  run_all(commands, options, [&](size_t index, base::Result<base::ProgramOutput> end) {
    CHECK(said.count(index) == 0);
    said[index] =
        end ? fmt::format("{} {}{}", end->exit_code, end->out, end->err) : end.error().message;
  });
  return said;
}

}  // namespace

TEST_CASE("pool: every end is told once") {
  const auto said = run({{"sh", "-c", "echo out; echo err >&2; exit 3"},
                         {"/no/such/program"},
                         {"sh", "-c", "kill -9 $$"},
                         {"true"}},
                        {.jobs = 2});
  REQUIRE(said.size() == 4);
  CHECK(said.at(0) == "3 out\nerr\n");
  CHECK(said.at(1).find("No such file") != std::string::npos);
  CHECK(said.at(2).find("signal 9") != std::string::npos);
  CHECK(said.at(3) == "0 ");
}

TEST_CASE("pool: many run at once") {
  const std::vector<std::vector<std::string>> commands(40, {"sleep", "0.5"});
  const auto begin = std::chrono::steady_clock::now();
  CHECK(run(commands, {.jobs = 40}).size() == 40);
  // One after the other they would take 20 s.
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("pool: who takes too long is killed with all that it started") {
  const auto begin = std::chrono::steady_clock::now();
  const auto said = run({{"sh", "-c", "sleep 600 & sleep 600"}, {"true"}},
                        {.jobs = 2, .timeout = std::chrono::seconds(1)});
  CHECK(said.at(0) == "no answer within 1 s");
  CHECK(said.at(1) == "0 ");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("pool: nothing to run") {
  CHECK(run({}, {}).empty());
}
