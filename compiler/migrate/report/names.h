#pragma once
#include <string_view>

#include "compiler/migrate/documents/document.h"
#include "compiler/migrate/impact/finding.h"
#include "compiler/migrate/streams/state.h"

/// Enumerators as the report for machines spells them: as they are written in the headers.
namespace compiler::migrate::report {

std::string_view spelled(documents::UseKind kind);
std::string_view spelled(documents::Language language);
std::string_view spelled(streams::Blocker::Kind kind);
std::string_view spelled(impact::Transition::Kind kind);

/// What a transition is, for people.
std::string_view described(impact::Transition::Kind kind);

}  // namespace compiler::migrate::report
