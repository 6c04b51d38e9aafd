#pragma once
#include <memory>

#include "components/prometheus/exporter_self/signature.h"
#include "components/prometheus/shared/exporter_component.h"

namespace components::prometheus::exporter_self {

/// prometheus.exporter.self: what the agent's /metrics shows.
class Self final : public Exporter {
 public:
  using ArgumentsType = Arguments;
  static constexpr std::string_view kName = "self";
  static const river::schema::Signature& signature() { return kSignature; }

  Self(const Context& context, const Arguments&) : exporters_(context.exporters) {}

  void expose(std::string& out) override {
    if (const auto agent = exporters_->agent()) agent->expose(out);
  }

 private:
  std::shared_ptr<Exporters> exporters_;
};

}  // namespace components::prometheus::exporter_self
