#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace io {

/// The content of a gzip stream (RFC 1952), all members of it, of which at most `bytes_max` bytes:
/// what is beyond is left out, and memory for it never taken. Fails when the stream is damaged or
/// ends early.
base::Result<std::string> gunzip(std::string_view bytes, size_t bytes_max);

}  // namespace io
