#pragma once
#include <map>
#include <memory>
#include <string>

#include "components/component.h"
#include "components/loki/source_docker/signature.h"
#include "components/loki/source_docker/tailer.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_docker {

/// loki.source.docker: one tailer per container, however many targets name it. A change of labels,
/// rules or receivers disturbs no tailer; a change of the daemon's address restarts them.
///
/// Cursors are kept while containers are stopped, and for kForgetAfter after they were last read.
class Source final : public ComponentOf<Arguments> {
 public:
  static constexpr std::chrono::hours kForgetAfter{7 * 24};

  Source(Context context, const Arguments& arguments);
  ~Source() override { stop(); }

  base::Result<void> start() override;
  void stop() override;
  bool is_incomplete() const override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  void set_receivers();
  void set_targets();
  void forget_old_cursors();

  Context context_;
  Arguments arguments_;
  telemetry::Fanout<telemetry::LogBatch> next_;
  std::unique_ptr<Environment> environment_;                             // While started.
  std::map<std::string, std::unique_ptr<Tailer>, std::less<>> tailers_;  // By container id.
  // The targets that their labels were made of, with the labels and rules of arguments_.
  std::map<std::string, river::schema::Target, std::less<>> labelled_;
};

}  // namespace components::loki::source_docker
