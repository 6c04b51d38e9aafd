#include "components/loki/source_syslog/handover.h"

#include <algorithm>
#include <vector>

#include "base/mutex.h"

namespace components::loki::source_syslog {
namespace {

struct Waiting {
  Handover::Key key;
  const io::Wake* wake;
  base::Descriptor socket;  // Given, and not taken yet.
};

struct Board {
  base::Mutex mutex;
  std::vector<Waiting> waiting GUARDED_BY(mutex);
};

Board& board() {
  static Board one;
  return one;
}

auto find(std::vector<Waiting>& waiting, const Handover::Key& key, const io::Wake& wake) {
  return std::find_if(waiting.begin(), waiting.end(),
                      [&](const Waiting& one) { return one.key == key && one.wake == &wake; });
}

}  // namespace

void Handover::wait_for(const Key& key, const io::Wake& wake) {
  Board& all = board();
  base::Lock lock(all.mutex);
  if (find(all.waiting, key, wake) == all.waiting.end()) all.waiting.push_back({key, &wake, {}});
}

std::optional<base::Descriptor> Handover::take(const Key& key, const io::Wake& wake) {
  Board& all = board();
  base::Lock lock(all.mutex);
  const auto mine = find(all.waiting, key, wake);
  if (mine == all.waiting.end()) return std::nullopt;
  base::Descriptor socket = std::move(mine->socket);
  all.waiting.erase(mine);
  if (!socket) return std::nullopt;
  return socket;
}

void Handover::give(const Key& key, base::Descriptor socket) {
  Board& all = board();
  base::Lock lock(all.mutex);
  const auto first = std::find_if(all.waiting.begin(), all.waiting.end(), [&](const Waiting& one) {
    return one.key == key && !one.socket;
  });
  if (first != all.waiting.end()) {
    first->socket = std::move(socket);
    first->wake->notify();
    return;
  }
  socket.reset();
  for (const Waiting& one : all.waiting) one.wake->notify();
}

void Handover::leave(const io::Wake& wake) {
  Board& all = board();
  base::Lock lock(all.mutex);
  std::erase_if(all.waiting, [&](const Waiting& one) { return one.wake == &wake; });
}

}  // namespace components::loki::source_syslog
