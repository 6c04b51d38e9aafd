#include "base/ensure.h"
#include "compiler/migrate/impact/judge.h"

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

bool is_worse(Verdict a, Verdict b) {
  const auto rank = [](Verdict verdict) {
    constexpr int kRanks[] = {0, 2, 1, 3, 4, 5};  // As they are declared.
    return kRanks[static_cast<size_t>(verdict)];
  };
  return rank(a) > rank(b);
}

Verdict worse(Verdict a, Verdict b) {
  return is_worse(b, a) ? b : a;
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
