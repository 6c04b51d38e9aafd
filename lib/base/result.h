#pragma once
#include <fmt/format.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace base {

/// What went wrong outside the config and the data: a file, a socket, a peer. Read by an operator.
/// Each layer that passes an error on adds its own context once: "loki.write.default: connect:
/// refused".
struct Error {
  std::string message;
};

/// A value, or an Error that the operator can fix. Config mistakes go to diag::Diagnostics instead.
/// A class of its own so that ignoring one is a compiler warning.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

/// Makes the failing branch of a Result from an fmt format.
template <class... Args>
tl::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

/// The same error with "CONTEXT: " in front.
inline tl::unexpected<Error> in_context(std::string_view context, const Error& error) {
  return tl::unexpected(Error{fmt::format("{}: {}", context, error.message)});
}

/// "CONTEXT: text of errno", for a failed system call. `code` is the errno value.
tl::unexpected<Error> fail_errno(std::string_view context, int code);

}  // namespace base
