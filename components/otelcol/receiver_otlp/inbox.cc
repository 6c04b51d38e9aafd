#include "components/otelcol/receiver_otlp/inbox.h"

#include <algorithm>
#include <utility>

#include "components/shared/batches.h"
#include "telemetry/otlp/request.h"

namespace components::otelcol::receiver_otlp {

using telemetry::OtlpBatch;
using telemetry::Signal;

namespace {

const std::vector<OtelConsumer>& list_of(const OutputArguments& output, Signal signal) {
  return signal == Signal::traces    ? output.traces
         : signal == Signal::metrics ? output.metrics
                                     : output.logs;
}

}  // namespace

Inbox::Inbox(const Context& context)
    : log_(context.log),
      flows_(context.metrics),
      repaired_(context.metrics.counter("tributary_otlp_repaired_bytes_total",
                                        "Bytes of texts that were not UTF-8 and became '?'.")),
      ways_{Way(flows_.of(Signal::traces)), Way(flows_.of(Signal::metrics)),
            Way(flows_.of(Signal::logs))} {}

base::Result<void> Inbox::update(const OutputArguments& output) {
  for (const Signal signal : telemetry::kSignals) {
    Way& way = ways_[static_cast<size_t>(signal)];
    auto receivers = receivers_of(list_of(output, signal));
    way.has_consumer = !receivers.empty();
    way.outbox.set_receivers(std::move(receivers));
    if (!way.has_consumer || way.is_running) continue;
    if (auto started = way.outbox.start("otlp.out"); !started) return started;
    way.is_running = true;
  }
  return {};
}

void Inbox::begin_stop() {
  for (Way& way : ways_) way.outbox.begin_stop();
}

void Inbox::stop() {
  for (Way& way : ways_) way.outbox.stop();
}

void Inbox::take(Signal signal, std::string request,
                 std::shared_ptr<const telemetry::OtlpClient> client, Done done) {
  using Code = Outcome::Code;
  const auto checked = telemetry::otlp::check(signal, request);
  if (!checked) return done({Code::invalid, checked.error().message});
  if (checked->items == 0) return done({});
  repaired_->add(checked->repaired_bytes);
  Way& way = ways_[static_cast<size_t>(signal)];
  if (!way.has_consumer) {
    if (std::ranges::any_of(ways_, [](const Way& other) { return other.has_consumer.load(); }))
      return done({Code::unsupported, "no component takes this signal"});
    flows_.of(signal).receive(checked->items);
    flows_.drop_without_consumer(signal, checked->items);
    return done({});
  }
  if (!way.outbox.has_room()) return done({Code::busy, "the queues are full"});
  flows_.of(signal).receive(checked->items);
  OtlpBatch batch;
  batch.signal = signal;
  batch.client = std::move(client);
  batch.ack = telemetry::Ack(
      [done = std::move(done)](bool delivered) {
        done(delivered ? Outcome{} : Outcome{Code::undelivered, "not delivered, send it again"});
      },
      telemetry::Ack::Source::client);
  batch.slices.emplace_back(std::move(request), checked->items);
  way.outbox.put(std::move(batch));
}

}  // namespace components::otelcol::receiver_otlp
