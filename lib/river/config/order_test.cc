#include <doctest/doctest.h>

#include "river/config/steps.h"

using namespace river::config;

TEST_CASE("order: dependencies first, otherwise by number") {
  struct Case {
    Dependencies in;
    std::vector<size_t> want;
  };
  const Case cases[] = {
      {{}, {}},
      {{{}, {}, {}}, {0, 1, 2}},
      {{{1}, {2}, {}}, {2, 1, 0}},
      {{{2}, {}, {}}, {1, 2, 0}},
      {{{3}, {3}, {0, 1}, {}}, {3, 0, 1, 2}},
      {{{1}, {0}, {}}, {2, 0, 1}},           // a circle
      {{{1}, {2}, {1}, {0}}, {0, 3, 1, 2}},  // one behind a circle, one behind that
  };
  for (const Case& c : cases) {
    CAPTURE(c.want.size());
    CHECK(dependency_order(c.in) == c.want);
  }
}

TEST_CASE("order: circles with all their members") {
  using Groups = std::vector<std::vector<size_t>>;
  struct Case {
    Dependencies in;
    Groups want;
  };
  const Case cases[] = {
      {{{1}, {2}, {}}, {}},
      {{{1}, {0}}, {{0, 1}}},
      {{{1}, {2}, {0}, {0}}, {{0, 1, 2}}},
      {{{1}, {0}, {3}, {2}, {0, 2}}, {{0, 1}, {2, 3}}},
      {{{1}, {2}, {0, 3}, {1}}, {{0, 1, 2, 3}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.want.size());
    CHECK(cycles(c.in) == c.want);
  }
}

TEST_CASE("order: a chain of a hundred thousand does not exhaust the stack") {
  Dependencies chain(100'000);
  for (size_t i = 0; i + 1 < chain.size(); ++i) chain[i].push_back(i + 1);
  CHECK(cycles(chain).empty());
  CHECK(dependency_order(chain).front() == chain.size() - 1);
  chain.back().push_back(0);
  REQUIRE(cycles(chain).size() == 1);
  CHECK(cycles(chain).front().size() == chain.size());
}
