#pragma once
#include <memory>

#include "components/component.h"
#include "components/loki/source_file/engine.h"
#include "components/shared/worker.h"

namespace components::loki::source_file {

/// loki.source.file.
class Source final : public ComponentOf<Arguments> {
 public:
  Source(Context context, const Arguments& arguments);
  ~Source() override { stop(); }

  base::Result<void> start() override;
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  const Context context_;
  const std::shared_ptr<Engine> engine_;
  std::shared_ptr<io::Positions> positions_;
  Worker worker_;
};

}  // namespace components::loki::source_file
