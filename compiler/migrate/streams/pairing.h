#pragma once
#include <string>
#include <vector>

#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::streams {

/// Those of one service, in order.
std::vector<StreamFamily> of_service(const std::vector<StreamFamily>& families,
                                     std::string_view service);

/// Sorts a host's streams into what changes, service by service, and what stays: streams of a
/// service that moves may stay as they are.
void pair_up(const std::string& host, const std::vector<StreamFamily>& before,
             const std::vector<StreamFamily>& after, Mapping& mapping);

}  // namespace compiler::migrate::streams
