#pragma once
#include <chrono>
#include <memory>

#include "base/thread.h"
#include "components/component.h"
#include "components/local/file_match/signature.h"

namespace components::local::file_match {

/// local.file_match: exports one target per file that matches. Looks again when something appears
/// in or leaves a watched folder, and every sync_period. One thread, asleep in between. Until it
/// has looked for the first time it exports nothing, which is not the same as an empty list.
class FileMatch final : public ComponentOf<Arguments> {
 public:
  /// How long a stop waits for a search that is under way.
  static constexpr std::chrono::milliseconds kStopPatience{50};

  FileMatch(Context context, const Arguments& arguments);
  ~FileMatch() override { stop(); }

  base::Result<void> start() override;
  /// A search that a file system holds up (NFS) is left to itself.
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  class Search;

  const std::shared_ptr<Search> search_;  ///< the thread holds it, too
  base::Thread thread_;
};

}  // namespace components::local::file_match
