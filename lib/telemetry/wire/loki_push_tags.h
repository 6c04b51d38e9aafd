#pragma once
#include <cstdint>

/// Field numbers of Loki's push messages.
namespace telemetry::wire {

enum RequestTag : uint32_t { kStream = 1 };
enum StreamTag : uint32_t { kLabels = 1, kEntry = 2 };
enum EntryTag : uint32_t { kTimestamp = 1, kLine = 2, kMetadata = 3 };
enum TimestampTag : uint32_t { kSeconds = 1, kNanos = 2 };
enum PairTag : uint32_t { kName = 1, kValue = 2 };

inline constexpr int64_t kNanosPerSecond = 1'000'000'000;

}  // namespace telemetry::wire
