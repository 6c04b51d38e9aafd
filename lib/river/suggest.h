#pragma once
#include <span>
#include <string_view>

namespace river {

/// The name closest to `wanted` among `names`, when it is close enough to be a slip; else "".
std::string_view did_you_mean(std::string_view wanted, std::span<const std::string_view> names);

}  // namespace river
