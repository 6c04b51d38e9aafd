#include "components/local/file_match/file_match.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "base/mutex.h"
#include "components/shared/path_targets.h"
#include "io/inotify.h"
#include "io/wake.h"
#include "river/schema/decode.h"

namespace components::local::file_match {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Shortest time between two looks, however busy a folder is.
constexpr milliseconds kPause{100};
}  // namespace

/// What the thread does; the control thread never waits for a file system.
class FileMatch::Search {
 public:
  Search(Context context, const Arguments& arguments)
      : context_(std::move(context)), arguments_(arguments) {}

  void run();

  // For the control thread.
  void set(const Arguments& arguments);
  /// False: it is still searching, and will end some time without having published.
  bool stop();
  std::string problem() const;

 private:
  bool adopt_arguments();
  void look();
  void sleep();
  Clock::time_point next_look() const {
    return is_new_plan_ ? Clock::time_point::min() : looked_ + (has_noticed_ ? kPause : period_);
  }

  const Context context_;
  const io::Wake wake_;

  // The thread's own.
  PathTargets patterns_{{}, {}};
  io::FolderWatch watch_;
  milliseconds period_{};
  Clock::time_point looked_;
  bool has_noticed_ = false;
  bool is_new_plan_ = true;

  mutable base::Mutex mutex_;
  base::Condition for_end_;
  Arguments arguments_ GUARDED_BY(mutex_);
  bool has_new_arguments_ GUARDED_BY(mutex_) = true;
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  bool has_ended_ GUARDED_BY(mutex_) = false;
  std::string problem_ GUARDED_BY(mutex_);
};

void FileMatch::Search::set(const Arguments& arguments) {
  {
    base::Lock lock(mutex_);
    arguments_ = arguments;
    has_new_arguments_ = true;
  }
  wake_.notify();
}

bool FileMatch::Search::stop() {
  base::Lock lock(mutex_);
  is_stopping_ = true;
  wake_.notify();
  return for_end_.wait_for(mutex_, kStopPatience,
                           [&]() REQUIRES_LOCK(mutex_) { return has_ended_; });
}

std::string FileMatch::Search::problem() const {
  base::Lock lock(mutex_);
  return problem_;
}

void FileMatch::Search::run() {
  while (adopt_arguments()) {
    if (Clock::now() >= next_look())
      look();
    else
      sleep();
  }
  base::Lock lock(mutex_);
  has_ended_ = true;
  for_end_.notify_all();
}

/// False: time to end.
bool FileMatch::Search::adopt_arguments() {
  base::Lock lock(mutex_);
  if (is_stopping_) return false;
  if (!std::exchange(has_new_arguments_, false)) return true;
  patterns_ = PathTargets(arguments_.path_targets, arguments_.ignore_older_than.value);
  period_ =
      std::max(kPause, std::chrono::duration_cast<milliseconds>(arguments_.sync_period.value));
  is_new_plan_ = true;
  return true;
}

void FileMatch::Search::look() {
  auto expansion = patterns_.expand();
  // What appeared between looking and watching is found by looking once more.
  watch_.set(expansion.folders);
  expansion = patterns_.expand();
  looked_ = Clock::now();
  has_noticed_ = is_new_plan_ = false;
  base::Lock lock(mutex_);
  problem_ = patterns_.problem();
  if (is_stopping_) return;
  const Exports exports{std::move(expansion.targets)};
  context_.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

void FileMatch::Search::sleep() {
  const auto wait = std::chrono::ceil<milliseconds>(next_look() - Clock::now()).count();
  // Once something is known to have changed, further notices need not wake us.
  pollfd wanted[] = {{wake_.fd(), POLLIN, 0}, {has_noticed_ ? -1 : watch_.fd(), POLLIN, 0}};
  ::poll(wanted, 2, static_cast<int>(std::clamp<int64_t>(wait, 0, 60'000)));
  if (wanted[0].revents) wake_.clear();
  if (wanted[1].revents) has_noticed_ |= watch_.changed();
}

FileMatch::FileMatch(Context context, const Arguments& arguments)
    : search_(std::make_shared<Search>(std::move(context), arguments)) {}

base::Result<void> FileMatch::start() {
  auto thread = base::Thread::start("local.file_match", [search = search_] { search->run(); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

base::Result<void> FileMatch::update(const Arguments& arguments) {
  search_->set(arguments);
  return {};
}

void FileMatch::stop() {
  if (!thread_.joinable()) return;
  search_->stop() ? thread_.join() : thread_.detach();
}

Health FileMatch::health() const {
  auto problem = search_->problem();
  if (problem.empty()) return {Health::State::healthy, ""};
  return {Health::State::unhealthy, std::move(problem)};
}

}  // namespace components::local::file_match
