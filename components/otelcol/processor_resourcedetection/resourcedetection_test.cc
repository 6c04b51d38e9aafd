#include "components/otelcol/processor_resourcedetection/resourcedetection.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "components/otelcol/shared/testing.h"
#include "tests/support/folder.h"

namespace components::otelcol::processor_resourcedetection {
namespace {

using telemetry::Signal;

constexpr std::string_view kLogs =
    R"({"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":)"
    R"("own"}}]},"scopeLogs":[{"logRecords":[{}]}]},{"scopeLogs":[{"logRecords":[{}]}]}]})";

std::string as_text(const Detected& detected) {
  std::string text;
  for (const auto& [key, value] : detected) text += key + "=" + value + ";";
  return text;
}

}  // namespace

TEST_CASE("otelcol.processor.resourcedetection: what the environment says") {
  struct Case {
    std::string_view in, out;
  };
  for (const Case& c : {Case{"a=1,b=x%20y", "a=1;b=x y;"}, Case{" a = 1 , ", "a=1;"}, Case{"", ""},
                        Case{"a=1,b", ""}, Case{"a=%zz", ""}, Case{"a=%4", ""}, Case{"=1", ""},
                        Case{"a=b=c", "a=b=c;"}, Case{"a=", "a=;"}})
    CHECK_MESSAGE(as_text(of_environment(c.in)) == c.out, c.in);
}

TEST_CASE("otelcol.processor.resourcedetection: what the host's files say") {
  const support::Folder folder;
  folder.write("etc/hosts",
               "127.0.0.1 localhost\n# 10.0.0.9 puck.old puck\n10.0.0.2\tpuck.example.org puck\n");
  folder.write("etc/machine-id", "0123456789abcdef\n");
  folder.write("etc/os-release", "PRETTY_NAME=\"Debian 12\"\nNAME=\"Debian\"\nVERSION_ID=\"12\"\n");
  System system;
  CHECK(as_text(of_system(system, folder.path(), "puck")) ==
        "host.name=puck.example.org;os.type=linux;");
  CHECK(as_text(of_system(system, folder.path(), "other")) == "host.name=other;os.type=linux;");
  system.hostname_sources = {"os"};
  system.resource_attributes = {
      .host_id = {true}, .os_name = {true}, .os_version = {true}, .os_description = {true}};
  CHECK(as_text(of_system(system, folder.path(), "puck")) ==
        "host.name=puck;os.type=linux;host.id=0123456789abcdef;os.name=Debian;os.version=12;"
        "os.description=Debian 12;");
}

TEST_CASE("otelcol.processor.resourcedetection: each resource gets it") {
  REQUIRE(setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=env,zone=z", 1) == 0);
  const std::string zone = R"({"key":"zone","value":{"stringValue":"z"}})";
  const auto host = [](std::string_view name) {
    return R"({"key":"host.name","value":{"stringValue":")" + std::string(name) + R"("}})";
  };
  const auto logs = [](const std::string& first, const std::string& second) {
    const auto one = [](const std::string& attributes) {
      return R"({"resource":{"attributes":[)" + attributes +
             R"(]},"scopeLogs":[{"scope":{},"logRecords":[{"body":{}}]}]})";
    };
    return R"({"resourceLogs":[)" + one(first) + "," + one(second) + "]}";
  };
  const std::string all = host("env") + "," + zone;
  Rig<ResourceDetection> overriding(kSignature, "");
  CHECK(overriding.run(Signal::logs, kLogs) == logs(all, all));
  Rig<ResourceDetection> adding(kSignature, "override = false");
  CHECK(adding.run(Signal::logs, kLogs) == logs(host("own") + "," + zone, all));
  // Who is named first knows best; the system says what it is on.
  Rig<ResourceDetection> both(kSignature, "detectors = [\"env\", \"system\"]");
  CHECK(
      both.run(Signal::logs, kLogs).find(R"({"key":"os.type","value":{"stringValue":"linux"}})") !=
      std::string::npos);
  CHECK(both.run(Signal::logs, kLogs).find(host("env")) != std::string::npos);
  REQUIRE(unsetenv("OTEL_RESOURCE_ATTRIBUTES") == 0);
}

TEST_CASE("otelcol.processor.resourcedetection: what is not here is refused by name") {
  Arguments arguments;
  CHECK(decode(kSignature, "detectors = [\"env\", \"ec2\"]\noutput {}\n", &arguments) ==
        "C099 detector \"ec2\" is not supported; only env and system are\n");
  arguments = {};
  CHECK(decode(kSignature, "system {\nhostname_sources = [\"lookup\"]\n}\noutput {}\n",
               &arguments) == "C099 source \"lookup\" is not supported; only dns and os are\n");
  arguments = {};
  CHECK(decode(kSignature,
               "system {\nresource_attributes {\nhost.id {\nenabled = true\n}\n}\n}\noutput {}\n",
               &arguments)
            .empty());
  CHECK(arguments.system.resource_attributes.host_id.enabled);
}

}  // namespace components::otelcol::processor_resourcedetection
