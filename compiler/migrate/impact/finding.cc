#include "compiler/migrate/impact/finding.h"

#include "base/ensure.h"

namespace compiler::migrate::impact {

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "SAME";
    case Verdict::unknown:
      return "UNKNOWN";
    case Verdict::value_changed:
      return "VALUE-CHANGED";
    case Verdict::narrows:
      return "NARROWS";
    case Verdict::widens:
      return "WIDENS";
    case Verdict::empty:
      return "EMPTY";
  }
  ENSURE(false);
  return {};
}

std::string_view name(Confidence confidence) {
  switch (confidence) {
    case Confidence::certain:
      return "certain";
    case Confidence::likely:
      return "likely";
    case Confidence::guess:
      return "guess";
  }
  ENSURE(false);
  return {};
}

}  // namespace compiler::migrate::impact
