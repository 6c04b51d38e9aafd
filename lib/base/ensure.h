#pragma once

namespace base {
/// Prints the broken condition with its place and aborts. Called by ENSURE only.
[[noreturn]] void ensure_failed(const char* condition, const char* file, int line);
}  // namespace base

/// A condition that only a programmer's mistake can break. Stays on in release builds.
#define ENSURE(condition) \
  ((condition) ? static_cast<void>(0) : ::base::ensure_failed(#condition, __FILE__, __LINE__))
