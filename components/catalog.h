#pragma once
#include "river/config/program.h"

namespace components {

/// Every component and config block that Tributary has, sorted by name, and the names of Alloy's.
/// One line per signature in catalog.cc: an explicit list, because the linker drops
/// self-registering objects of a library.
river::config::Catalog catalog();

}  // namespace components
