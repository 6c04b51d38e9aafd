#pragma once
#include <string>

#include "river/config/program.h"

namespace compiler::cli {

/// What every component and config block takes and gives, made from the signatures, so that it
/// cannot differ from what is checked. An array of objects {name, doc, stability, takes_label,
/// arguments, blocks, exports}; `path` names the enclosing blocks, as in "endpoint > basic_auth".
/// Ends with a newline.
std::string catalogue_json(river::config::Catalog catalog);

/// The same to read: one paragraph a component, one line an argument.
std::string catalogue_text(river::config::Catalog catalog);

}  // namespace compiler::cli
