#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace base {

/// Calls work(i) for every i below `count` on all processors and returns when all are done. Each i
/// must touch only what is its own; the order of calls is not defined.
template <class Work>
void parallel_for(size_t count, const Work& work) {
  constexpr size_t kChunk = 16;
  const size_t wanted = std::min<size_t>(std::thread::hardware_concurrency(), count / kChunk);
  std::atomic<size_t> next{0};
  const auto run = [&] {
    for (size_t begin; (begin = next.fetch_add(kChunk)) < count;)
      for (size_t i = begin; i < std::min(begin + kChunk, count); ++i) work(i);
  };
  std::vector<std::jthread> helpers;
  for (size_t i = 1; i < wanted; ++i) helpers.emplace_back(run);
  run();
}

}  // namespace base
