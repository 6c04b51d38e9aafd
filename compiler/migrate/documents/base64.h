#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace compiler::migrate::documents {

/// RFC 4648, with or without padding; line breaks are passed. nullopt when it is none.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace compiler::migrate::documents
