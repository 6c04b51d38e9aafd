#include <doctest/doctest.h>

#include "compiler/migrate/impact/second_order.h"

namespace compiler::migrate::impact {
namespace {

TEST_CASE("absence: how a selector is read") {
  struct Case {
    std::string_view query;
    Reading reading;
  };
  for (const Case& c : {Case{"@", Reading::shown},
                        {"absent(@)", Reading::absent},
                        {"absent ( sum by (a) (rate(@[5m])) )", Reading::absent},
                        {"absent_over_time(@[5m]) > 0", Reading::absent},
                        {"absent(x) or @", Reading::shown},
                        {"absent(x) and on() sum(@)", Reading::shown},
                        {"up unless @", Reading::excluded},
                        {"up unless on(job) (sum(@))", Reading::excluded},
                        {"(up unless x) and @", Reading::shown},
                        {"up unless x or @", Reading::shown},
                        {"absent(up unless @)", Reading::excluded},
                        {"label_replace(x, \"a\", \"absent(\", \"b\", \"\") + @", Reading::shown},
                        {"# absent(\n@", Reading::shown},
                        {"my_absent(@)", Reading::shown},
                        {"count(@ unless x)", Reading::shown}}) {
    CAPTURE(c.query);
    CHECK(reading_at(c.query, c.query.find('@')) == c.reading);
  }
}

}  // namespace
}  // namespace compiler::migrate::impact
