#include "base/program.h"

#include <doctest/doctest.h>

TEST_CASE("run_program: input, output and how it ended") {
  const auto sorted = base::run_program({"sort", "-r"}, "a\nc\nb\n");
  REQUIRE(sorted);
  CHECK(sorted->out == "c\nb\na\n");
  CHECK(sorted->exit_code == 0);

  const auto failed = base::run_program({"sh", "-c", "echo why >&2; exit 3"});
  REQUIRE(failed);
  CHECK(failed->err == "why\n");
  CHECK(failed->exit_code == 3);

  const std::string much(1 << 20, 'x');
  CHECK(base::run_program({"cat"}, much)->out == much);
  CHECK_FALSE(base::run_program({"sh", "-c", "kill -9 $$"}));
  CHECK_FALSE(base::run_program({"no-such-program"}));
}
