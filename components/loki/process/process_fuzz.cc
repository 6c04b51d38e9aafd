#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ensure.h"
#include "components/loki/process/fixture.h"
#include "telemetry/text.h"

using namespace components::loki::process;

namespace {

constexpr std::string_view kPipelines[] = {
    "stage.cri { }",
    "stage.docker { }",
    "stage.decolorize { }",
    R"r(stage.json { expressions = { a = "", b = "o.x[1]", c = "\"k y\".z" } }
        stage.labels { values = { a = "" } }
        stage.structured_metadata { values = { b = "", c = "" } }
        stage.output { source = "a" })r",
    R"r(stage.logfmt { mapping = { a = "", b = "c" } }
        stage.labels { values = { a = "" } }
        stage.pack { labels = ["a"] })r",
    R"r(stage.pattern { pattern = "<a> - <_> \"<b>\"" }
        stage.labels { values = { a = "", b = "" } })r",
    R"r(stage.regex {
          expression         = "(?P<a>\\S+) (?P<b>.*?)=(?P<c>\\W*)"
          labels_from_groups = true
        })r",
    R"r(stage.replace {
          expression = "(pass\\w*=)(\\S+)"
          replace    = "{{ .Value | ToUpper }}"
        })r",
    R"r(stage.split_json { }
        stage.truncate {
          rule {
            limit  = "16B"
            suffix = "..."
          }
        })r",
    R"r(stage.multiline {
          firstline = "^\\S"
          max_lines = 4
        })r",
    R"r(stage.regex { expression = "(?s)(?P<message>.*)" }
        stage.eventlogmessage { }
        stage.windowsevent { })r",
    R"r(stage.regex { expression = "^(?P<t>.*)$" }
        stage.timestamp {
          source           = "t"
          format           = "Jan _2 2006 15:04:05.000 MST"
          fallback_formats = ["RFC3339Nano", "UnixMs", "Unix"]
        }
        stage.tenant { source = "t" })r",
};

Fixture& pipeline_of(size_t kind) {
  static std::array<std::unique_ptr<Fixture>, std::size(kPipelines)> all;
  auto& made = all[kind % all.size()];
  if (!made) made = std::make_unique<Fixture>(kPipelines[kind % all.size()]);
  return *made;
}

}  // namespace

/// The first byte chooses the stages, the rest is lines. Labels that come out can be sent: they are
/// UTF-8.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Fixture& pipeline = pipeline_of(data[0]);
  std::vector<std::string> texts(1);
  for (const char c : std::string_view(reinterpret_cast<const char*>(data + 1), size - 1)) {
    if (c == '\n')
      texts.emplace_back();
    else
      texts.back() += c;
  }
  const auto check_batch = [](const telemetry::LogBatch& batch) {
    for (const telemetry::Entry& entry : batch.entries)
      for (const auto& [name, value] : batch.labels(entry).all())
        ENSURE(telemetry::is_internal_label(name) ||
               (telemetry::is_utf8(name) && telemetry::is_utf8(value)));
  };
  check_batch(pipeline.process(lines(texts)));
  check_batch(pipeline.flush(Clock::time_point::max()));
  ENSURE(pipeline.held() == 0);
  return 0;
}
