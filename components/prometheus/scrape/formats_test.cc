#include "components/prometheus/scrape/formats.h"

#include <doctest/doctest.h>

namespace components::prometheus::scrape {

using Format = telemetry::wire::ExpositionReader::Format;

TEST_CASE("scrape formats: what a target is asked for") {
  CHECK(accept_header({}, NameEscaping::unset) ==
        "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,"
        "application/openmetrics-text;version=0.0.1;q=0.5,"
        "text/plain;version=1.0.0;escaping=underscores;q=0.4,"
        "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
  CHECK(accept_header({Protocol::text_0_0_4, Protocol::open_metrics_1_0_0},
                      NameEscaping::allow_utf8) ==
        "text/plain;version=0.0.4;q=0.6,"
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4");
}

TEST_CASE("scrape formats: what an answer says that it is") {
  struct Case {
    std::string_view content_type;
    std::optional<Format> format;
  };
  constexpr Case kCases[] = {
      {"text/plain; version=0.0.4; charset=utf-8", Format::text},
      {"TEXT/Plain", Format::text},
      {"text/plain;version=99", Format::text},
      {"application/openmetrics-text; version=1.0.0", Format::open_metrics},
      {"Application/OpenMetrics-Text", Format::open_metrics},
      {"application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily", std::nullopt},
      {"text/plain; foo", Format::open_metrics},  // The fallback.
      {"text/html", Format::open_metrics},
      {"", Format::open_metrics},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.content_type);
    CHECK(format_of(c.content_type, Protocol::open_metrics_1_0_0) == c.format);
  }
  CHECK(format_of("", Protocol::proto) == std::nullopt);
}

}  // namespace components::prometheus::scrape
