#pragma once
#include <string>

#include "base/thread.h"
#include "components/component.h"
#include "components/loki/source_syslog/engine.h"

namespace components::loki::source_syslog {

/// loki.source.syslog.
class Source final : public ComponentOf<Arguments> {
 public:
  Source(Context context, const Arguments& arguments, EngineOptions options = {});
  ~Source() override { stop(); }

  /// Binds the listeners. One that cannot be bound is shown in health() and tried again; the others
  /// work.
  base::Result<void> start() override;
  void drain(Clock::time_point) override { engine_.request_stop(); }
  void stop() override;
  Health health() const override;
  /// Port of a listener, for tests that bind port 0.
  uint16_t port(const std::string& address) const { return engine_.port(address); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  const Context context_;
  Engine engine_;
  base::Thread thread_;
};

}  // namespace components::loki::source_syslog
