#include "components/local/file_match/file_match.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "river/schema/decode.h"

namespace components::local::file_match {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Shortest time between two looks, however busy a folder is.
constexpr milliseconds kPause{100};

void publish(const Context& context, river::schema::Targets targets) {
  const Exports exports{std::move(targets)};
  context.publish(river::schema::encode_exports(kSignature.exports, &exports));
}

}  // namespace

FileMatch::FileMatch(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      arguments_(arguments),
      patterns_(arguments.path_targets, arguments.ignore_older_than.value) {
  publish(context_, {});
}

base::Result<void> FileMatch::start() {
  scan();
  auto thread = base::Thread::start("local.file_match", [this] { run(); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

base::Result<void> FileMatch::update(const Arguments& arguments) {
  {
    base::Lock lock(mutex_);
    arguments_ = arguments;
    patterns_ = PathTargets(arguments.path_targets, arguments.ignore_older_than.value);
  }
  scan();
  wake_.notify();
  return {};
}

void FileMatch::stop() {
  {
    base::Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify();
  thread_.join();
}

Health FileMatch::health() const {
  base::Lock lock(mutex_);
  if (patterns_.problem().empty()) return {Health::State::healthy, ""};
  return {Health::State::unhealthy, patterns_.problem()};
}

void FileMatch::scan() {
  base::Lock lock(mutex_);  // Held while publishing, so that exports leave in the order of looks.
  auto expansion = patterns_.expand();
  // What appeared between looking and watching is found by looking once more.
  watch_.set(expansion.folders);
  expansion = patterns_.expand();
  publish(context_, std::move(expansion.targets));
}

milliseconds FileMatch::sync_period() const {
  base::Lock lock(mutex_);
  return std::max(kPause, std::chrono::duration_cast<milliseconds>(arguments_.sync_period.value));
}

void FileMatch::run() {
  auto looked = Clock::now();
  bool noticed = false;
  while (true) {
    const auto due = looked + (noticed ? kPause : sync_period());
    const auto wait = std::chrono::ceil<milliseconds>(due - Clock::now()).count();
    int watch_fd = -1;
    {
      base::Lock lock(mutex_);
      if (stopping_) return;
      // Once something is known to have changed, further notices need not wake us.
      watch_fd = noticed ? -1 : watch_.fd();
    }
    pollfd wanted[] = {{wake_.fd(), POLLIN, 0}, {watch_fd, POLLIN, 0}};
    ::poll(wanted, 2, static_cast<int>(std::clamp<int64_t>(wait, 0, 60'000)));
    if (wanted[0].revents) wake_.clear();
    if (wanted[1].revents) {
      base::Lock lock(mutex_);
      noticed |= watch_.changed();
    }
    if (Clock::now() < looked + (noticed ? kPause : sync_period())) continue;
    scan();
    looked = Clock::now();
    noticed = false;
  }
}

}  // namespace components::local::file_match
