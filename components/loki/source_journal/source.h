#pragma once
#include <memory>

#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/loki/source_journal/reader.h"
#include "components/loki/source_journal/signature.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_journal {

/// loki.source.journal: one thread that follows the journal. A change of labels, rules or receivers
/// takes effect with the next batch; a change of what is read restarts the thread after the last
/// entry that was read.
class Source final : public ComponentOf<Arguments> {
 public:
  Source(Context context, const Arguments& arguments);
  ~Source() override { stop(); }

  base::Result<void> start() override;
  void drain(Clock::time_point) override { thread_.request_stop(); }
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  base::Result<void> start_thread();
  void configure(const Arguments& arguments);

  Context context_;
  telemetry::Fanout<telemetry::LogBatch> next_;
  base::Snapshot<ReaderConfig> config_;
  mutable base::Mutex health_mutex_;
  Health health_ GUARDED_BY(health_mutex_);
  std::shared_ptr<io::Positions> positions_;
  std::unique_ptr<JournalReader> reader_;
  base::Thread thread_;  // Last: it uses all of the above.
};

}  // namespace components::loki::source_journal
