#include "components/otelcol/processor_transform/transform.h"

#include <doctest/doctest.h>

#include "components/otelcol/shared/testing.h"

namespace components::otelcol::processor_transform {
namespace {

using telemetry::Signal;

std::string transform_problems(const std::string& river) {
  Arguments arguments;
  return decode(kSignature, river + "\noutput {}\n", &arguments);
}

constexpr std::string_view kRecord =
    R"({"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"1"}}]},)"
    R"("scopeLogs":[{"scope":{"name":"s"},"logRecords":[{"severityText":"warn","body":)"
    R"({"stringValue":"{\"level\":\"error\"}"}}]}]}]})";

}  // namespace

TEST_CASE("otelcol.processor.transform: statements in order, of each context") {
  Rig<Transform> rig(kSignature, R"(
statements {
	log = [
		`set(log.attributes["own"], resource.attributes["new"])`,
		`set(scope.version, "2")`,
	]
}

log_statements {
	context    = "log"
	statements = [
		`set(severity_text, "left out") where severity_number > 5`,
		`merge_maps(attributes, ParseJSON(body), "upsert")`,
		`set(severity_number, SEVERITY_NUMBER_ERROR) where attributes["level"] == "error"`,
		`set(body, Concat([severity_text, "!"], ""))`,
	]
}

log_statements {
	context    = "resource"
	conditions = [`attributes["a"] == "2"`, `attributes["a"] == "1"`]
	statements = [`set(attributes["new"], "n")`, `delete_key(attributes, "a")`]
}

log_statements {
	context    = "log"
	conditions = [`severity_text == "other"`]
	statements = [`set(severity_text, "wrong")`]
}
)");
  CHECK(
      rig.run(Signal::logs, kRecord) ==
      R"({"resourceLogs":[{"resource":{"attributes":[{"key":"new","value":{"stringValue":"n"}}]},)"
      R"("scopeLogs":[{"scope":{"name":"s","version":"2"},"logRecords":[{"severityNumber":17,)"
      R"("severityText":"warn","body":{"stringValue":"warn!"},"attributes":[{"key":"level",)"
      R"("value":{"stringValue":"error"}},{"key":"own","value":{"stringValue":"n"}}]}]}]}]})");
}

TEST_CASE(
    "otelcol.processor.transform: a statement that cannot be done is left out, not its batch") {
  Rig<Transform> rig(kSignature, R"(
error_mode = "silent"

log_statements {
	context    = "log"
	statements = [`set(body["a"], 1)`, `set(severity_text, 5)`, `set(severity_number, 1)`]
}
)");
  const std::string after = rig.run(Signal::logs, kRecord);
  CHECK(after.find(R"("severityNumber":1,"severityText":"warn","body":{"stringValue":"{)") !=
        std::string::npos);
  CHECK(rig.has_metric("sent_total{component_id=\"otelcol.x.y\",unit=\"log_records\"} 1\n"));
}

TEST_CASE("otelcol.processor.transform: other consumers of a batch do not see the changes") {
  Rig<Transform> rig(kSignature, R"(
log_statements {
	context    = "log"
	statements = [`set(severity_text, "changed")`]
}
)");
  const auto shared = batch_of(Signal::logs, kRecord);
  const std::string before(shared.slices[0].bytes);
  rig.input->receive(shared);
  CHECK(shared.slices[0].bytes == before);
  REQUIRE(rig.sink->batches.size() == 1);
  CHECK(json_of_batch(rig.sink->batches[0]).find("changed") != std::string::npos);
}

TEST_CASE("otelcol.processor.transform: statements that do not parse are refused") {
  CHECK(transform_problems("trace_statements {\ncontext = \"log\"\nstatements = []\n}") ==
        "C098 this signal has no context \"log\"\n");
  CHECK(transform_problems("trace_statements {\ncontext = \"span\"\n"
                           "statements = [`convert_sum_to_gauge()`]\n}") ==
        "C098 unknown function convert_sum_to_gauge, at character 1, in: convert_sum_to_gauge()\n");
  CHECK(transform_problems("statements {\nmetric = [`set(name, \"x\")`]\n}") ==
        "C098 no context of this signal in: set(name, \"x\")\n");
}

}  // namespace components::otelcol::processor_transform
