#include "compiler/migrate/documents/query_text.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace compiler::migrate;
using namespace compiler::migrate::documents;

TEST_CASE("query shape: which language a query is in") {
  struct Case {
    std::string query;
    QueryShape want;
  };
  for (const Case& c : {
           Case{"{job=\"kairos\"}", QueryShape::logql},
           {"sum by (job) (rate({job=\"kairos\"} |= \"x\" [5m])) > 0", QueryShape::logql},
           {"sum(rate({job=~\"$job\"}[$__interval])) by (component)", QueryShape::logql},
           {"# who: up\n{a=\"b\"}", QueryShape::logql},
           {"// who: up\n{a=\"b\"}", QueryShape::logql},
           {"/* up */ {a=\"b\"} // up", QueryShape::logql},
           {"up // {a=\"b\"}", QueryShape::promql},
           {"vector(0) or count_over_time({a=\"b\"}[1m])", QueryShape::logql},
           {"absent_over_time({job=\"x\"}[5m])", QueryShape::logql},
           {"up", QueryShape::promql},
           {"up == 0", QueryShape::promql},
           {"up{job=\"x\"}", QueryShape::promql},
           {"up {job=\"x\"}", QueryShape::promql},
           {"sum by (job) (rate(http_requests_total[5m]))", QueryShape::promql},
           {"rate({__name__=~\"a.*\"}[5m])", QueryShape::promql},
           {"{\"job:err\", job=\"x\"} > 1", QueryShape::promql},
           {"{ 'my.metric' }", QueryShape::promql},
           {"job:errors:rate5m > 3", QueryShape::promql},
           {"avg(node_load1) without (cpu, mode)", QueryShape::promql},
           {"1 > 0", QueryShape::unclear},
           {"vector(1)", QueryShape::unclear},
           {"$query", QueryShape::unclear},
           {"${query}", QueryShape::unclear},
           {"{{ expr }}", QueryShape::unclear},
           {"", QueryShape::unclear},
           {"\"open", QueryShape::unclear},
       }) {
    CAPTURE(c.query);
    CHECK(shape_of(c.query) == c.want);
  }
}

TEST_CASE("query text: matchers that are in no braces") {
  for (const std::string text :
       {R"(job="kairos")", R"(job =~ `kai.*`)", R"(| json | level!="info")", R"(a="b",c!~"d")"}) {
    CAPTURE(text);
    CHECK(has_matcher(text));
  }
  for (const std::string text :
       {"kairos", "job=kairos", R"(|= "error")", R"("a" = "b")", "job=\"open", "", "a == b"}) {
    CAPTURE(text);
    CHECK_FALSE(has_matcher(text));
  }
}

}  // namespace
