#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace support {

/// The content of a gzip file, at most `bytes_max`.
base::Result<std::string> gunzip(std::string_view bytes, size_t bytes_max = size_t{256} << 20);

}  // namespace support
