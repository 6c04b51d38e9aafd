#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "components/component.h"
#include "river/schema/decode.h"
#include "telemetry/batch.h"
#include "telemetry/flow.h"

/// What the components have in common that write what they get to the agent's log.
namespace components {

/// What is shown of a signal.
template <class Batch>
struct EchoSignal {
  std::string_view unit;                                     ///< of telemetry::Flow
  size_t (*count)(const Batch& batch);                       ///< in this unit
  std::vector<std::string> (*describe)(const Batch& batch);  ///< one line a record
};

/// Writes each record of a batch to the agent's log, at level info. Receivers outlive components,
/// so it holds all that it needs. Any thread.
template <class Batch>
class EchoReceiver final : public telemetry::Receiver<Batch> {
 public:
  EchoReceiver(const Context& context, const EchoSignal<Batch>& signal)
      : log_(context.log), signal_(signal), flow_(context.metrics, signal.unit) {}

  void receive(Batch batch) override {
    const size_t count = signal_.count(batch);
    flow_.receive(count);
    for (const std::string& line : signal_.describe(batch)) log_.info("{}", line);
    flow_.send(count);
  }

 private:
  base::Logger log_;
  const EchoSignal<Batch> signal_;
  const telemetry::Flow flow_;
};

/// A component that is nothing but an EchoReceiver, its export `receiver`.
template <class Arguments, class Exports, class Batch>
class EchoComponent : public ComponentOf<Arguments> {
 public:
  EchoComponent(const Context& context, const river::schema::Signature& signature,
                const EchoSignal<Batch>& signal) {
    const Exports exports{.receiver = {std::make_shared<EchoReceiver<Batch>>(context, signal)}};
    context.publish(river::schema::encode_exports(signature.exports, &exports));
  }

  base::Result<void> start() final { return {}; }
  void stop() final {}

 protected:
  base::Result<void> update(const Arguments&) final { return {}; }
};

}  // namespace components
