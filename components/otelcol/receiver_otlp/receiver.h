#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "components/component.h"
#include "components/otelcol/receiver_otlp/fronts.h"
#include "components/otelcol/receiver_otlp/inbox.h"
#include "components/otelcol/receiver_otlp/signature.h"

namespace components::otelcol::receiver_otlp {

/// otelcol.receiver.otlp: a front per protocol, and one inbox. A reload that changes a front opens
/// its port anew; one that does not keeps it and its connections. While a new address cannot be had
/// the old one is served, and the agent tries again from time to time.
class Receiver final : public ComponentOf<Arguments> {
 public:
  Receiver(Context context, const Arguments& arguments);

  base::Result<void> start() override;
  void drain(Clock::time_point) override { inbox_.begin_stop(); }
  void stop() override;
  bool is_incomplete() const override { return !problem_.empty(); }
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  /// A front, and what it was opened with.
  template <class Front, class FrontArguments>
  struct Port {
    std::unique_ptr<Front> front;
    std::optional<FrontArguments> used;
  };
  template <class Front, class FrontArguments>
  void open(const std::optional<FrontArguments>& wanted, const river::schema::BlockSchema& schema,
            std::string_view name, Port<Front, FrontArguments>& port);

  const Context context_;
  const Arguments first_;
  Inbox inbox_;
  std::string problem_;  ///< a port that could not be had
  Port<GrpcFront, GrpcArguments> grpc_;
  Port<HttpFront, HttpArguments> http_;
};

}  // namespace components::otelcol::receiver_otlp
