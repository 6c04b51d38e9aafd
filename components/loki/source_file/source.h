#pragma once
#include <memory>

#include "base/thread.h"
#include "components/component.h"
#include "components/loki/source_file/engine.h"

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
  Engine engine_;
  std::shared_ptr<io::Positions> positions_;
  base::Thread thread_;
};

}  // namespace components::loki::source_file
