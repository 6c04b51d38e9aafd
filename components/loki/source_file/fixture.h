#pragma once
#include <doctest/doctest.h>

#include <filesystem>

#include "components/loki/source_file/source.h"
#include "tests/support/folder.h"
#include "tests/support/log_sink.h"

namespace components::loki::source_file {

using Texts = std::vector<std::string>;
using support::eventually;
using support::LogSink;

/// A component that reads files of a temporary folder into a sink.
struct Fixture {
  support::Folder folder;
  std::shared_ptr<LogSink> sink = std::make_shared<LogSink>();
  base::metrics::Registry registry;
  Arguments arguments;
  std::unique_ptr<Source> source;

  explicit Fixture(std::initializer_list<const char*> files = {"a.log"}) {
    std::filesystem::create_directories(folder.path() / "logs");
    arguments.forward_to = {{sink}};
    for (const char* file : files) arguments.targets.push_back(target(file));
  }
  river::schema::Target target(const std::string& file) const {
    return {{"__path__", folder / ("logs/" + file)}, {"job", "test"}};
  }
  std::string path(const std::string& file = "a.log") const { return folder / ("logs/" + file); }
  void write(const std::string& text, const std::string& file = "a.log") const {
    folder.write("logs/" + file, text);
  }
  void append(const std::string& text, const std::string& file = "a.log") const {
    folder.append("logs/" + file, text);
  }
  void start() {
    components::Context context{.id = "loki.source.file.test",
                                .data_dir = folder.path() / "data",
                                .metrics = {registry, "loki.source.file.test"},
                                .log = base::Logger("test"),
                                .publish = [](river::Value) {}};
    source = std::make_unique<Source>(std::move(context), arguments);
    REQUIRE(source->start());
  }
  void update() {
    components::Component& component = *source;
    REQUIRE(component.update(static_cast<const void*>(&arguments)));
  }
  /// Ends the component; with `keep_data` as of now, as a crash would leave it.
  void stop() { source.reset(); }
  /// Waits until the file was read to this offset, or reading begins there.
  bool is_read_to(uint64_t offset, const std::string& file = "a.log") {
    const std::string line = fmt::format("path=\"{}\"}} {}\n", path(file), offset);
    return eventually([&] {
      const std::string page = registry.expose();
      const size_t at = page.find("loki_source_file_read_bytes_total{");
      return at != page.npos && page.find(line, at) != page.npos;
    });
  }
  bool got(const Texts& wanted) const {
    sink->has(wanted.size());
    return sink->texts() == wanted;
  }
};

}  // namespace components::loki::source_file
