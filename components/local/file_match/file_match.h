#pragma once
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/local/file_match/signature.h"
#include "components/shared/path_targets.h"
#include "io/inotify.h"
#include "io/wake.h"

namespace components::local::file_match {

/// local.file_match: exports one target per file that matches. Looks again when something appears
/// in or leaves a watched folder, and every sync_period. One thread, asleep in between.
class FileMatch final : public ComponentOf<Arguments> {
 public:
  FileMatch(Context context, const Arguments& arguments);
  ~FileMatch() override { stop(); }

  base::Result<void> start() override;
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  void scan() EXCLUDES_LOCK(mutex_);
  void run();
  /// Time until the next look; first the shortest time between two.
  std::chrono::milliseconds sync_period() const EXCLUDES_LOCK(mutex_);

  const Context context_;
  const io::Wake wake_;
  base::Thread thread_;

  mutable base::Mutex mutex_;
  Arguments arguments_ GUARDED_BY(mutex_);
  PathTargets patterns_ GUARDED_BY(mutex_);
  io::FolderWatch watch_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace components::local::file_match
