#include "io/http/cors.h"

#include <doctest/doctest.h>

namespace io::http {

TEST_CASE("otlp cors: origins by pattern") {
  struct Case {
    std::string_view pattern, origin;
    bool matches;
  };
  for (const Case& c :
       {Case{"*", "https://a", true}, Case{"https://a", "https://a", true},
        Case{"https://a", "https://ab", false}, Case{"https://*.a", "https://b.a", true},
        Case{"https://*.a", "https://.a", true}, Case{"https://*.a", "http://b.a", false},
        Case{"https://*.a:*", "https://b.a:1", true}, Case{"https://*.a:*", "https://b.a", false},
        Case{"", "", true}, Case{"", "a", false}, Case{"**", "a", true}}) {
    CAPTURE(std::string(c.pattern));
    CAPTURE(std::string(c.origin));
    CHECK(matches_origin(c.pattern, c.origin) == c.matches);
  }
}

}  // namespace io::http
