#pragma once
#include <map>
#include <memory>
#include <string>

#include "components/component.h"
#include "components/loki/source_docker/signature.h"
#include "components/loki/source_docker/tailer.h"

namespace components::loki::source_docker {

/// loki.source.docker: one tailer per container, however many targets name it, all of them on the
/// event loop, with one outbox. A change of labels, rules or receivers disturbs no tailer; a change
/// of the daemon's address restarts them.
///
/// Cursors are kept while containers are stopped, and for kForgetAfter after they were last read.
class Source final : public ComponentOf<Arguments> {
 public:
  static constexpr std::chrono::hours kForgetAfter{7 * 24};

  Source(Context context, const Arguments& arguments);
  ~Source() override { stop(); }

  base::Result<void> start() override;
  void drain(Clock::time_point deadline) override;
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  void set_targets();
  void set_daemon(docker_api::Endpoint endpoint);
  void stop_reading();

  Context context_;
  Arguments arguments_;
  std::shared_ptr<Environment> environment_;                             // While started.
  std::map<std::string, std::shared_ptr<Tailer>, std::less<>> tailers_;  // By container id.
  // The targets that their labels were made of, with the labels and rules of arguments_.
  std::map<std::string, river::schema::Target, std::less<>> labelled_;
};

}  // namespace components::loki::source_docker
