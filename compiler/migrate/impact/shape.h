#pragma once
#include <cstdint>
#include <string_view>

#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::impact {

/// How many of the texts that a value can be meet a condition. `undecided`: it could not be found
/// out, any of the others may be true.
enum class Fit : uint8_t { never, sometimes, always, undecided };

/// Whether `text` is one of the texts that `value` can be.
bool can_be(const streams::OpenValue& value, std::string_view text);

/// How the texts that `value` can be stand to an anchored regular expression of RE2's syntax.
/// Exact for what regular expressions in label matchers are made of; undecided for Unicode classes,
/// word boundaries, anchors inside, and for expressions that grow too large.
Fit fit(const streams::OpenValue& value, std::string_view regex);

}  // namespace compiler::migrate::impact
