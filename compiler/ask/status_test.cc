#include "compiler/ask/status.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

using namespace compiler::ask;

namespace {

constexpr char kWell[] = R"({"version":"1.0","config":"aa","healthy":true,"unhealthy":[],"sent":5,
  "dropped":1,"waiting":2,"lag_seconds":0.5,"uptime_seconds":90000})";
constexpr char kIll[] = R"({"version":"1.0","config":"aa","healthy":false,
  "unhealthy":[{"id":"loki.write.w","message":"refused"},{"id":"b","message":"c"}]})";

base::Result<base::ProgramOutput> ended(int code, const std::string& out, const std::string& err) {
  return base::ProgramOutput{code, out, err};
}

}  // namespace

TEST_CASE("fleet: how the end of a command is read") {
  struct Case {
    const char* what;
    base::Result<base::ProgramOutput> end;
    bool answers, unreachable, well;
    std::string problem;
  };
  for (const Case& c : {
           Case{"well", ended(0, kWell, ""), true, false, true, ""},
           Case{"unhealthy", ended(1, kIll, ""), true, false, false, "loki.write.w: refused"},
           Case{"no agent", ended(2, "", "tributary: connect: refused\n"), false, false, false,
                "tributary: connect: refused"},
           Case{"not installed", ended(127, "", "sh: tributary: not found\n"), false, false, false,
                "tributary is not installed"},
           Case{"ssh", ended(255, "", "Welcome\nssh: port 22: No route to host\r\n"), false, true,
                false, "ssh: port 22: No route to host"},
           Case{"too late", base::fail("no answer within 1 s"), false, true, false,
                "no answer within 1 s"},
           Case{"something else", ended(0, "hello", ""), false, false, false,
                "the answer is not that of `tributary status`"},
           Case{"other types", ended(0, R"({"config":7,"version":[],"unhealthy":[1]})", ""), true,
                false, false, ""},
       }) {
    CAPTURE(c.what);
    HostStatus host{"puck", "aa", {}, false, ""};
    read_end(c.end, host);
    CHECK(host.answer.has_value() == c.answers);
    CHECK(host.unreachable == c.unreachable);
    CHECK(host.is_well() == c.well);
    CHECK(host.problem == c.problem);
  }
}

TEST_CASE("fleet: the table and the JSON") {
  std::vector<HostStatus> hosts = {{"ariel", "bb", {}, false, ""},
                                   {"oberon", "aa", {}, false, ""},
                                   {"puck", "aa", {}, false, ""},
                                   {"titania", "", {}, false, ""}};
  read_end(ended(0, kWell, ""), hosts[0]);
  read_end(ended(0, kWell, ""), hosts[1]);
  read_end(ended(255, "", "no route\n"), hosts[2]);
  read_end(ended(0, kWell, ""), hosts[3]);
  CHECK(as_table(hosts) ==
        "host     config      version     health             sent   dropped   waiting     lag   "
        "uptime\n"
        "ariel    differs     1.0         healthy               5         1         2      0s     "
        "1d1h\n"
        "oberon   current     1.0         healthy               5         1         2      0s     "
        "1d1h\n"
        "puck     -           -           unreachable\n"
        "         no route\n"
        "titania  has errors  1.0         healthy               5         1         2      0s     "
        "1d1h\n"
        "1 of 4 hosts up to date, 1 unreachable, 3 with problems\n");
  const auto json = base::parse_json(as_json(hosts));
  CHECK(json["hosts"]["oberon"]["config"] == "current");
  CHECK(json["hosts"]["oberon"]["lag_seconds"] == 0.5);
  CHECK(json["hosts"]["puck"]["health"] == "unreachable");
  CHECK(json["unwell"] == 3);
}
