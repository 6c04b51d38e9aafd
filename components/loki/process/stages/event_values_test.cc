#include <doctest/doctest.h>

#include "components/loki/process/fixture.h"

namespace components::loki::process::stages {
namespace {

/// Runs a stage on a message that is the line, and shows the named values as metadata.
std::string values(std::string_view stage, std::string_view attributes, std::string_view names,
                   const std::string& message) {
  Fixture fixture(
      fmt::format("stage.regex {{ expression = \"(?s)(?P<message>.*)\" }}\nstage.{} {{ {} }}\n"
                  "stage.structured_metadata {{ values = {{ {} }} }}",
                  stage, attributes, names));
  if (fixture.checked.messages != "") return fixture.checked.messages;
  const auto batch = fixture.process(lines({message}));
  std::string out;
  for (const auto& pair : batch.metadata_of(batch.entries.at(0)))
    out += fmt::format("{}={};", batch.text(pair.name), batch.text(pair.value));
  return out;
}

}  // namespace

TEST_CASE("stage.eventlogmessage: a value of each line with a colon") {
  struct Case {
    std::string_view attributes, names;
    std::string message;
    std::string_view want;
  };
  for (const Case& c : std::vector<Case>{
           {"", "a = \"\", b = \"\"", "a: 1 : 2 \r\nno colon\r\nb:\r\n", "a=1 : 2;b=;"},
           {"", "a_b = \"\", _x = \"\"", "a b: 1\r\n9x: 2\r\nlast", "_x=2;a_b=1;"},
           {"", "_x = \"\"", "9x: 2", "_x=2;"},
           {"drop_invalid_labels = true", "a_b = \"\", c = \"\"", "a b: 1\r\nc: 2", "c=2;"},
           {"", "job = \"\", job_extracted = \"\"", "job: x", "job=j;job_extracted=x;"},
           {"", "job_extracted = \"\"", "job: x", "job_extracted=x;"},
           {"", "a = \"\", a_extracted = \"\"", "a: 1\r\na: 2", "a=1;a_extracted=2;"},
           {"overwrite_existing = true", "a = \"\"", "a: 1\r\na: 2", "a=2;"},
       }) {
    CAPTURE(c.message);
    CHECK(values("eventlogmessage", c.attributes, c.names, c.message) == c.want);
  }
}

TEST_CASE("stage.windowsevent: a description, sections and lists") {
  const std::string message =
      "Special privileges assigned\r\nto a logon.\r\n\r\n"
      "Subject:\r\n\tSecurity ID:\t\tS-1-5\r\n\tAccount Name:\tbob\r\n\r\n"
      "Privileges:\t\tSeSecurity\r\n\t\t\tSeBackup\r\n\t\t\tSeDebug\r\n\r\n"
      "This text belongs to nothing.\r\n";
  CHECK(
      values("windowsevent", "",
             "Description = \"\", Subject_SecurityID = \"\", Subject_AccountName = \"\", "
             "Privileges = \"\", Subject = \"\", AccountName = \"\"",
             message) ==
      "Description=Special privileges assigned to a logon.;Privileges=SeSecurity,SeBackup,SeDebug;"
      "Subject_AccountName=bob;Subject_SecurityID=S-1-5;");
  CHECK(values("windowsevent", "", "Description = \"\"", "") == "");
  CHECK(values("windowsevent", "", "Description = \"\"", "alone") == "Description=alone;");
  CHECK(values("windowsevent", "", "Description = \"\", a = \"\"", "\n\nd\n\na: 1\n2") ==
        "Description=d;a=1,2;");
}

}  // namespace components::loki::process::stages
