#include "compiler/inventory/host_range.h"

#include <doctest/doctest.h>

TEST_CASE("host ranges") {
  struct Case {
    std::string_view pattern, names;
  };
  for (const Case& c : {Case{"puck", "puck"},
                        {"web[1:3]", "web1 web2 web3"},
                        {"web[08:10].lan", "web08.lan web09.lan web10.lan"},
                        {"db-[a:c]", "db-a db-b db-c"},
                        {"n[0:6:3]", "n0 n3 n6"},
                        {"r[1:2]h[1:2]", "r1h1 r1h2 r2h1 r2h2"},
                        {"n[3:1]", "error"},
                        {"n[1:", "error"},
                        {"n[x]", "error"},
                        {"n[1:2:0]", "error"},
                        {"n[0:999999999]", "error"}}) {
    CAPTURE(c.pattern);
    const auto names = compiler::inventory::expand_host_range(c.pattern);
    CHECK((names ? fmt::format("{}", fmt::join(*names, " ")) : "error") == c.names);
  }
}
