#pragma once
#include <memory>
#include <utility>

#include "compiler/cases/network.h"

namespace compiler::cases {

/// Where a station says what it did.
struct Notes {
  Coverage& coverage;
  Outcome& outcome;
};

/// A component that takes entries in: stands for its receiver.
class Network::Station final : public telemetry::LogReceiver {
 public:
  Station(const river::config::Node& node, std::shared_ptr<void> arguments,
          components::Streams streams, CountedRules rules, TextMap external, Notes notes);

  const river::config::Node& node() const { return node_; }
  void begin_case(int64_t now_ns);
  void receive(telemetry::LogBatch batch) override;
  /// Sends on what its steps hold.
  void flush();

 private:
  bool is_end() const { return streams_.is_backend || streams_.forward_to.empty(); }
  void relabel(telemetry::LogBatch& batch);
  /// Takes over what the steps say of themselves.
  void note_steps();
  void send(telemetry::LogBatch batch);
  void arrive(const telemetry::LogBatch& batch, const telemetry::Entry& entry);

  const river::config::Node& node_;
  const std::shared_ptr<void> arguments_;
  const components::Streams streams_;
  const CountedRules rules_;
  const TextMap external_;
  const Notes notes_;
  std::unique_ptr<components::Trial> trial_;
  size_t first_step_ = 0;
  size_t drops_noted_ = 0;
};

}  // namespace compiler::cases
