#include "migrate/documents/query_shape.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace migrate;

TEST_CASE("query shape: which language a query is in") {
  struct Case {
    std::string query;
    Shape want;
  };
  for (const Case& c : {
           Case{"{job=\"kairos\"}", Shape::logql},
           {"sum by (job) (rate({job=\"kairos\"} |= \"x\" [5m])) > 0", Shape::logql},
           {"sum(rate({job=~\"$job\"}[$__interval])) by (component)", Shape::logql},
           {"# who: up\n{a=\"b\"}", Shape::logql},
           {"vector(0) or count_over_time({a=\"b\"}[1m])", Shape::logql},
           {"absent_over_time({job=\"x\"}[5m])", Shape::logql},
           {"up", Shape::promql},
           {"up == 0", Shape::promql},
           {"up{job=\"x\"}", Shape::promql},
           {"up {job=\"x\"}", Shape::promql},
           {"sum by (job) (rate(http_requests_total[5m]))", Shape::promql},
           {"rate({__name__=~\"a.*\"}[5m])", Shape::promql},
           {"job:errors:rate5m > 3", Shape::promql},
           {"avg(node_load1) without (cpu, mode)", Shape::promql},
           {"1 > 0", Shape::unclear},
           {"vector(1)", Shape::unclear},
           {"$query", Shape::unclear},
           {"${query}", Shape::unclear},
           {"{{ expr }}", Shape::unclear},
           {"", Shape::unclear},
           {"\"open", Shape::unclear},
       }) {
    CAPTURE(c.query);
    CHECK(shape_of(c.query) == c.want);
  }
}

}  // namespace
