#include "base/result.h"

#include <system_error>

namespace base {

tl::unexpected<Error> fail_errno(std::string_view context, int code) {
  return fail("{}: {}", context, std::generic_category().message(code));
}

}  // namespace base
