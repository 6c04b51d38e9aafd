#include "components/loki/echo/echo.h"

#include <doctest/doctest.h>

namespace components::loki::echo {

TEST_CASE("echo: an entry on one line") {
  telemetry::LogBatch batch;
  batch.add(1'700'000'000'000'000'001, "a \"line\"",
            telemetry::Labels({{"job", "x"}, {"__path__", "/y"}}));
  CHECK(describe(batch, batch.entries[0]) ==
        R"(entry_timestamp=2023-11-14T22:13:20.000000001Z labels={__path__="/y", job="x"} )"
        R"(entry="a \"line\"")");
  batch.metadata = {{batch.append("trace"), batch.append("1\n")}};
  batch.entries[0].metadata_count = 1;
  batch.entries[0].timestamp_ns = -1;
  CHECK(describe(batch, batch.entries[0]) ==
        R"(entry_timestamp=1969-12-31T23:59:59.999999999Z labels={__path__="/y", job="x"} )"
        R"(structured_metadata={"trace":"1\n"} entry="a \"line\"")");
}

}  // namespace components::loki::echo
