#pragma once
#include <string_view>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/impact/finding.h"
#include "compiler/migrate/streams/fleet.h"

/// Enumerators as the report for machines spells them: as they are written in the headers.
namespace migrate {

std::string_view spelled(UseKind kind);
std::string_view spelled(Language language);
std::string_view spelled(Blocker::Kind kind);
std::string_view spelled(Transition::Kind kind);

/// What a transition is, for people.
std::string_view described(Transition::Kind kind);

}  // namespace migrate
