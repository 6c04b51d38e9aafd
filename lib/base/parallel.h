#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "base/thread.h"

namespace base {

/// Calls work(i) for every i below `count` on all processors and returns when all are done, in
/// chunks of `chunk` (1: for few long pieces). Each i must touch only its own data; the order of
/// calls is not defined. Where threads cannot be had, fewer do the work.
template <class Work>
void parallel_for(size_t count, const Work& work, size_t chunk = 16) {
  const size_t wanted = std::min<size_t>(std::thread::hardware_concurrency(), count / chunk);
  std::atomic<size_t> next{0};
  const auto run = [&] {
    for (size_t begin; (begin = next.fetch_add(chunk)) < count;)
      for (size_t i = begin; i < std::min(begin + chunk, count); ++i) work(i);
  };
  std::vector<Thread> helpers;
  for (size_t i = 1; i < wanted; ++i) {
    auto helper = Thread::start("parallel", run);
    if (!helper) break;
    helpers.push_back(std::move(*helper));
  }
  run();
}

}  // namespace base
