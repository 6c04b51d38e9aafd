#include "components/shared/sink/answer.h"

#include <doctest/doctest.h>

namespace components::sink {

TEST_CASE("sink: only what can never be accepted is split or dropped") {
  for (int status = 100; status < 600; ++status) {
    CAPTURE(status);
    const Action action = rule_for(status).action;
    if (status / 100 == 2)
      CHECK(action == Action::accept);
    else if (status == 400 || status == 422)
      CHECK(action == Action::split);
    else if (status == 413)
      CHECK(action == Action::halve);
    else
      CHECK((action == Action::retry || action == Action::retry_loudly));
  }
  for (const int status : {301, 302, 307, 401, 403, 404, 405, 407, 410, 431})
    CHECK(rule_for(status).action == Action::retry_loudly);
  for (const int status : {kNoAnswer, 408, 429, 500, 502, 503, 504})
    CHECK(rule_for(status).action == Action::retry);
  CHECK(rule_for(429, false).action == Action::drop);
}

TEST_CASE("sink: what another server than the backend answers costs no entry") {
  const io::http::Headers page = {{"content-type", "Text/HTML; charset=utf-8"}};
  const io::http::Headers text = {{"Content-Type", "text/plain; charset=utf-8"}};
  struct Case {
    io::http::Response response;
    Action want;
  };
  for (const Case& c : {
           Case{{204, {}, ""}, Action::accept},
           Case{{200, text, "ok"}, Action::accept},
           Case{{200, page, "<html>Sign in</html>"}, Action::retry_loudly},
           Case{{400, {}, "entry too far behind"}, Action::split},
           Case{{400, text, "a line with text/html"}, Action::split},
           Case{{400, page, "<html>Bad Request</html>"}, Action::retry_loudly},
           Case{{422, page, "<html></html>"}, Action::retry_loudly},
           Case{{413, page, "<html>nginx</html>"}, Action::halve},
           Case{{502, page, "<html>nginx</html>"}, Action::retry},
           Case{{400, {}, "Client sent an HTTP request to an HTTPS server.\n"},
                Action::retry_loudly},
           Case{{400, page, "The plain HTTP request was sent to HTTPS port"}, Action::retry_loudly},
       }) {
    CAPTURE(c.response.status);
    CAPTURE(c.response.body);
    CHECK(rule_for(c.response).action == c.want);
  }
  CHECK(rule_for(io::http::Response{429, {}, ""}, false).action == Action::drop);
}

TEST_CASE("sink: an answer says what to do") {
  struct Case {
    io::http::Response response;
    std::string want;
  };
  for (const Case& c : {Case{{404, {}, "404 page not found\n"},
                             "HTTP 404: 404 page not found (check the path of the url)"},
                        Case{{500, {}, ""}, "HTTP 500 (look at the server's own log)"},
                        Case{{301, {{"location", "https://x/"}}, ""},
                             "HTTP 301, Location: https://x/ (set the url to the new "
                             "place)"},
                        Case{{400, {}, "bad\nmore"}, "HTTP 400: bad"}}) {
    CHECK(describe(c.response, rule_for(c.response.status)) == c.want);
  }
}

TEST_CASE("sink: Retry-After") {
  const auto now = std::chrono::system_clock::from_time_t(784111777);  // As in the Dates below.
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  struct Case {
    std::string retry_after, date;
    int seconds;
  };
  for (const Case& c :
       {Case{"", "", 0}, Case{"7", "", 7}, Case{"0", "", 0}, Case{"-3", "", 0}, Case{"7 s", "", 0},
        Case{"soon", "", 0}, Case{"86400", "", 300}, Case{"99999999999999999999", "", 300},
        Case{"Sun, 06 Nov 1994 08:49:47 GMT", "", 10}, Case{"Sun, 06 Nov 1994 08:49:07 GMT", "", 0},
        Case{"Mon, 07 Nov 1994 08:49:37 GMT", "", 300},
        // The server's clock is a day ahead of ours.
        Case{"Mon, 07 Nov 1994 08:49:47 GMT", "Mon, 07 Nov 1994 08:49:37 GMT", 10},
        Case{date, date, 0}}) {
    CAPTURE(c.retry_after);
    const io::http::Response response{429, {{"Retry-After", c.retry_after}, {"Date", c.date}}, ""};
    CHECK(retry_after(response, now).count() == c.seconds);
  }
}

}  // namespace components::sink
