#pragma once
#include <memory>
#include <string>

namespace re2 {
class RE2;
}

namespace river::schema {

/// A regex in the syntax of Go's regexp, which is RE2's with `(?<name>...)` for a named group, too;
/// ask ok() before use. Regexes of one text share one program while any is
/// in use or it was used lately: the hosts of a fleet have the same rules, and compiling a regex
/// costs more than all the rest of checking a rule. Thread safe.
std::shared_ptr<const re2::RE2> compile_regex(const std::string& pattern);

}  // namespace river::schema
