#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "logql/words.h"

TEST_CASE("quantity: numbers, durations and sizes") {
  using logql::Quantity;
  struct Case {
    Quantity want;
    std::string_view words;  ///< with spaces between them
  };
  for (const auto& [want, words] :
       {Case{Quantity::number, "0 5 1_000 1.5 .5 5. 1e3 1E-3 1.5e+10 0x1F 0Xff_00 0x1p-3 inf NaN"},
        Case{Quantity::duration, "5m 1h30m 1.5s 2d 1w 1y 100ms 5us 5µs 5μs 10ns 1h1m1s1ms .5h"},
        Case{Quantity::bytes, "10B 1kb 1.5MiB 20GB 5k 5Ki 1TB 3PiB 2eb 1E 0.5gib"},
        Case{Quantity::none, "x 5x 1__0 _1 0x 5mb5 1h30 . 1.2.3 5kbb 1_ 0xg m 5i 1e+ infinity"}}) {
    std::string_view rest = words;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      CAPTURE(word);
      CHECK(logql::quantity(word) == want);
    }
  }
}
