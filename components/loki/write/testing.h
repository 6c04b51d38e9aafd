#pragma once
#include <doctest/doctest.h>

#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "components/loki/write/settings.h"
#include "components/loki/write/write.h"
#include "tests/support/receiver.h"

/// What the tests of loki.write share: a running component, and lines that can be told apart.
namespace components::loki::write::testing {

using namespace std::chrono_literals;
using support::Receiver;
using telemetry::Ack;
using telemetry::Labels;
using telemetry::LogBatch;

/// Polls until the condition holds; false after ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
  const auto until = Clock::now() + 10s;
  while (!condition()) {
    if (Clock::now() > until) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

inline EndpointArguments endpoint(const Receiver& loki) {
  EndpointArguments out;
  out.url.text = loki.url();
  out.batch_wait = 10ms;
  out.min_backoff_period = 2ms;
  out.max_backoff_period = 10ms;
  out.queue_config.drain_timeout = 5s;
  return out;
}

inline Arguments to(const Receiver& loki) {
  return {.endpoint = {endpoint(loki)}};
}

/// Answers that a batch was delivered or abandoned, by the number it was given.
struct Fates {
  mutable std::mutex mutex;
  std::set<int> delivered, abandoned;

  Ack ack(int number, Ack::Source source = Ack::Source::fleeting) {
    return Ack([this, number](bool ok) { note(number, ok); }, source);
  }
  void note(int number, bool ok) {
    const std::scoped_lock lock(mutex);
    (ok ? delivered : abandoned).insert(number);
  }
  size_t delivered_count() const { return size_of(delivered); }
  size_t abandoned_count() const { return size_of(abandoned); }
  size_t size_of(const std::set<int>& numbers) const {
    const std::scoped_lock lock(mutex);
    return numbers.size();
  }
};

inline LogBatch numbered(int first, int count, const Labels& labels, size_t padding = 0) {
  LogBatch batch;
  for (int i = first; i < first + count; ++i)
    batch.add(1'700'000'000'000'000'000 + i,
              fmt::format("seq={:012} {}", i, std::string(padding, 'x')), labels);
  return batch;
}

/// The sum of all series of this name whose labels hold `part`.
inline double sum_of(base::metrics::Registry& registry, std::string_view name,
                     std::string_view part = "") {
  std::istringstream lines(registry.expose());
  double sum = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(std::string(name) + "{") && line.find(part) != std::string::npos)
      sum += std::stod(line.substr(line.rfind(' ')));
  return sum;
}

/// A running loki.write with what the agent would give it. Its member order is its life.
struct Running {
  base::metrics::Registry registry;
  Fates fates;
  std::shared_ptr<telemetry::LogReceiver> receiver;
  std::unique_ptr<Write> write;
  int batches = 0;
  explicit Running(const Arguments& arguments, bool start = true) {
    base::log::configure(base::log::Level::error, base::log::Format::logfmt);
    Context context{.id = "loki.write.x",
                    .data_dir = "/nowhere",
                    .metrics = {registry, "loki.write.x"},
                    .log = base::Logger("loki.write.x"),
                    .publish = [this](const river::Value& exports) {
                      const auto* capsule = exports.field("receiver")->as_capsule();
                      REQUIRE(capsule->kind == "LogsReceiver");
                      receiver = std::static_pointer_cast<telemetry::LogReceiver>(capsule->pointer);
                    }};
    write = std::make_unique<Write>(std::move(context), arguments);
    REQUIRE(receiver != nullptr);
    if (start) REQUIRE(write->start().has_value());
  }

  void update(const Arguments& arguments) {
    REQUIRE(static_cast<Component&>(*write).update(&arguments).has_value());
  }
  void end(Clock::time_point deadline = Clock::time_point::max()) {  // As the agent does.
    write->drain(deadline);
    CHECK(eventually([&] { return write->is_drained(); }));
    write->stop();
  }
  void receive(LogBatch batch, Ack::Source source = Ack::Source::fleeting) {
    batch.ack = fates.ack(batches++, source);
    receiver->receive(std::move(batch));
  }
  double metric(std::string_view name, std::string_view part = "") {
    return sum_of(registry, name, part);
  }
  /// That the numbers add up (telemetry/flow.h) once the sender has counted.
  void check_conservation() {
    CHECK(eventually([&] {
      double left = metric("tributary_component_received_total");
      for (const char* name : {"sent_total", "dropped_total", "abandoned_total", "buffered"})
        left -= metric(fmt::format("tributary_component_{}", name));
      return left == 0;
    }));
  }
};

inline void check_whole(const Receiver& loki, uint64_t count) {
  const auto stats = loki.stats();
  CHECK(stats.distinct == count);
  CHECK(stats.repeated == 0);
  CHECK(stats.missing == 0);
  CHECK(stats.out_of_order == 0);
  CHECK(stats.malformed == 0);
}

inline auto has(uint64_t distinct) {
  return [distinct](const Receiver::Stats& stats) { return stats.distinct >= distinct; };
}

inline const Labels kApp({{"job", "app"}});

}  // namespace components::loki::write::testing
