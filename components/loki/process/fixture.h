#pragma once
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ensure.h"
#include "components/loki/process/signature.h"
#include "components/loki/process/stages/pipeline.h"
#include "river/config/program.h"

/// For tests and benchmarks: a pipeline out of River text, and batches as text.
namespace components::loki::process {

using stages::Clock;
using stages::Handover;
using stages::Pipeline;

/// A loki.process as it was written, decoded and checked.
struct Checked {
  std::shared_ptr<Arguments> arguments;  ///< nullptr when there was an error
  std::vector<std::string> codes;        ///< of all findings
  std::string messages;
};

inline Checked check(std::string_view stages) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const std::string text =
      fmt::format("loki.process \"t\" {{\n  forward_to = []\n{}\n}}\n", stages);
  const auto trees = river::config::load({{"test.river", text}}, sources, diagnostics);
  std::vector<const river::ast::Tree*> files;
  for (const auto& tree : trees) files.push_back(tree.get());
  const river::schema::Signature* catalog[] = {&kSignature};
  const auto program = river::config::resolve(
      files, catalog, river::schema::Stability::generally_available, diagnostics);
  Checked out;
  if (const auto* node = program.find("loki.process.t"))
    out.arguments = std::static_pointer_cast<Arguments>(river::config::decode(
        program, *node, [](auto) { return nullptr; }, diagnostics));
  for (const auto& item : diagnostics.items()) {
    out.codes.emplace_back(item.code);
    out.messages += fmt::format("{}: {}\n", item.code, item.message);
  }
  return out;
}

/// Entries, one a line: `{labels} [metadata=...] line`, with the timestamp in front when asked for.
inline std::string print(const telemetry::LogBatch& batch, bool with_time = false) {
  std::string out;
  for (const telemetry::Entry& entry : batch.entries) {
    if (with_time) out += fmt::format("{} ", entry.timestamp_ns);
    out += telemetry::to_stream_text(batch.labels(entry));
    for (const auto& pair : batch.metadata_of(entry))
      out += fmt::format(" [{}={}]", batch.text(pair.name), batch.text(pair.value));
    out += fmt::format(" {}\n", batch.line(entry));
  }
  return out;
}

/// A batch of lines with one label set, a nanosecond apart, from timestamp 1 on.
inline telemetry::LogBatch lines(const std::vector<std::string>& texts,
                                 const telemetry::Labels& labels = {{"job", "j"}}) {
  telemetry::LogBatch batch;
  for (const std::string& text : texts)
    batch.add(static_cast<int64_t>(batch.entries.size()) + 1, text, labels);
  return batch;
}

/// A series of the component "p" as it is exposed, out of "NAME VALUE" without what all have.
inline std::string flow_series(std::string_view counted) {
  const size_t blank = counted.find(' ');
  return fmt::format("tributary_component_{}{{component_id=\"p\",unit=\"lines\"}}{}\n",
                     counted.substr(0, blank), counted.substr(blank));
}

/// A pipeline with counters of its own.
class Fixture {
 public:
  explicit Fixture(std::string_view stages) : checked(check(stages)) {
    if (checked.arguments)
      pipeline_ = std::make_unique<Pipeline>(checked.arguments->stages, scope_, flow_, log_,
                                             std::stop_token(), "t");
  }

  /// The batch counts as handed on at once, at the time `now`.
  telemetry::LogBatch process(telemetry::LogBatch batch) {
    ENSURE(pipeline_ != nullptr);  // checked.messages says why.
    const auto handover = std::make_shared<Handover>();
    handover->done(now);
    return pipeline_->process(std::move(batch), handover);
  }
  telemetry::LogBatch flush(Clock::time_point until) { return pipeline_->flush(until); }
  Clock::time_point due() const { return pipeline_->due(); }
  std::string run(const std::vector<std::string>& texts, bool with_time = false) {
    if (!pipeline_) return checked.messages;
    return print(process(lines(texts)), with_time);
  }
  size_t held() const { return pipeline_->held(); }
  const std::vector<std::string>& problems() const { return pipeline_->problems(); }
  void destroy() { pipeline_.reset(); }
  /// The value of a series, which is printed with its labels; 0 when it is not there.
  uint64_t counted(std::string_view series) {
    const std::string all = registry_.expose();
    const size_t at = all.find(fmt::format("\n{} ", series));
    uint64_t value = 0;
    if (at != std::string::npos) {
      const char* digits = all.data() + at + series.size() + 2;
      std::from_chars(digits, all.data() + all.size(), value);
    }
    return value;
  }
  bool exposes(std::string_view series) {
    return registry_.expose().find(series) != std::string::npos;
  }

  Checked checked;
  Clock::time_point now{};

 private:
  base::metrics::Registry registry_;
  base::metrics::Scope scope_{registry_, "t"};
  telemetry::Flow flow_{scope_, telemetry::Flow::kLines};
  base::Logger log_{"t"};
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace components::loki::process
