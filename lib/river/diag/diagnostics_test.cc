#include "river/diag/diagnostics.h"

#include <doctest/doctest.h>

using river::diag::did_you_mean;

TEST_CASE("suggest: slips, not other words") {
  const std::string_view names[] = {"address", "labels", "protocol"};
  CHECK(did_you_mean("adress", names) == "address");
  CHECK(did_you_mean("label", names) == "labels");
  CHECK(did_you_mean("protcool", names) == "protocol");
  CHECK(did_you_mean("url", names) == "");
  CHECK(did_you_mean("", names) == "");
  CHECK(did_you_mean("ur", names) == "");
}
