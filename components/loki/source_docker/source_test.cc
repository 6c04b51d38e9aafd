#include "components/loki/source_docker/source.h"

#include <doctest/doctest.h>

#include "tests/support/folder.h"
#include "tests/support/log_sink.h"

namespace components::loki::source_docker {

TEST_CASE("source.docker: an update that fails once fails again, until it is put right") {
  const support::Folder folder;
  base::metrics::Registry registry;
  Arguments arguments;
  arguments.host = "unix:///nonexistent/docker.sock";
  arguments.forward_to = {{std::make_shared<support::LogSink>()}};
  Source source({.id = "loki.source.docker.test",
                 .data_dir = folder.path(),
                 .metrics = {registry, "loki.source.docker.test"},
                 .log = base::Logger("test"),
                 .publish = [](river::Value) {}},
                arguments);
  Component& component = source;
  const auto update = [&](const char* host) {
    arguments.host = host;
    return component.update(static_cast<const void*>(&arguments)).has_value();
  };
  REQUIRE(source.start());
  CHECK_FALSE(update("tcp://docker:99999"));
  CHECK_FALSE(update("tcp://docker:99999"));
  CHECK(update("tcp://127.0.0.1:1"));
}

}  // namespace components::loki::source_docker
