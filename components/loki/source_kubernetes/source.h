#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "components/component.h"
#include "components/loki/source_kubernetes/signature.h"
#include "components/loki/source_kubernetes/tailer.h"

namespace components::loki::source_kubernetes {

/// loki.source.kubernetes: one tailer per container, however many targets name it, all of them on
/// the event loop, with one outbox. A change of labels or receivers disturbs no tailer; another API
/// server restarts them.
///
/// Cursors of pods that are gone are kept for kForgetAfter after they were last read.
class Source final : public ComponentOf<Arguments> {
 public:
  static constexpr std::chrono::hours kForgetAfter{24};

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
  void stop_tailers();

  Context context_;
  Arguments arguments_;
  std::shared_ptr<Environment> environment_;                             // While started.
  std::map<std::string, std::shared_ptr<Tailer>, std::less<>> tailers_;  // By ContainerName::key().
  size_t unusable_ = 0;  ///< targets that do not say which container they are
};

/// Which container a target is, by the labels of discovery.kubernetes or by __pod_name__ and so on;
/// nothing when it does not say.
std::optional<ContainerName> container_of(const river::schema::Target& target);
/// What its lines get: the labels without "__" in front, `instance` and, unless there is one,
/// `job`.
telemetry::Labels labels_of(const river::schema::Target& target, const ContainerName& name,
                            const std::string& component_id);

}  // namespace components::loki::source_kubernetes
