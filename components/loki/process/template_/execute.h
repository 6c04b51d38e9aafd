#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "components/loki/process/template_/template_signature.h"

namespace components::loki::process::template_ {

/// What a template gets for `.name`; nullopt when there is none.
using Lookup = std::function<std::optional<std::string_view>(std::string_view name)>;

/// Runs a template. Fails when a function is given something that it cannot work on.
base::Result<std::string> execute(const Template& parsed, const Lookup& lookup);

}  // namespace components::loki::process::template_
