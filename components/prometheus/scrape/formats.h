#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/prometheus/scrape/signature.h"
#include "telemetry/wire/exposition.h"

/// Which format a target is asked for, and which it has answered in.
namespace components::prometheus::scrape {

/// The formats to ask for, the best one first, as the header Accept says it. `protocols` empty: the
/// text formats.
std::string accept_header(const std::vector<Protocol>& protocols, NameEscaping escaping);

/// The format of an answer, by its header Content-Type; `fallback` when that says none that is
/// known. Nothing: it is a format that cannot be read.
std::optional<telemetry::wire::ExpositionReader::Format> format_of(std::string_view content_type,
                                                                   Protocol fallback);

}  // namespace components::prometheus::scrape
