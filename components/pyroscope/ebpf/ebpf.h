#pragma once
#include <memory>

#include "base/mutex.h"
#include "components/component.h"
#include "components/pyroscope/ebpf/metrics.h"
#include "components/pyroscope/ebpf/session.h"
#include "components/pyroscope/ebpf/signature.h"
#include "components/pyroscope/ebpf/targets.h"
#include "telemetry/profile_batch.h"

namespace components::pyroscope::ebpf {

/// pyroscope.ebpf: a Session while there is something to sample.
class Ebpf final : public ComponentOf<Arguments> {
 public:
  Ebpf(Context context, const Arguments& arguments);

  /// Fails with what the kernel or the privileges lack.
  base::Result<void> start() override;
  void stop() override { session_.reset(); }
  bool is_incomplete() const override { return is_started_ && is_needed_ && !session_; }
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  void take(const Arguments& arguments);
  base::Result<void> run();

  const Context context_;
  const Metrics metrics_;
  telemetry::Fanout<telemetry::ProfileBatch> next_;
  base::Snapshot<TargetIndex> targets_;
  SessionSettings settings_;
  bool is_needed_ = true;  // Not so while lazy_mode waits for a target.
  bool is_started_ = false;
  std::unique_ptr<Session> session_;  // Before its threads end nothing above may go.
};

}  // namespace components::pyroscope::ebpf
