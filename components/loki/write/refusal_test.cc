#include "components/loki/write/refusal.h"

#include <doctest/doctest.h>

#include "base/result.h"

namespace components::loki::write {
namespace {

std::string print(const std::vector<Complaint>& complaints) {
  std::string out;
  for (const Complaint& c : complaints) {
    out += fmt::format("{} {}", c.reason, c.stream);
    if (c.line_above) out += fmt::format(" above={}", *c.line_above);
    if (c.time_before) out += fmt::format(" before={}", *c.time_before / 1'000'000'000);
    if (c.time_from) out += fmt::format(" from={}", *c.time_from / 1'000'000'000);
    if (c.whole_stream) out += " whole";
    if (c.every_stream) out += " every";
    out += '\n';
  }
  return out;
}

}  // namespace

TEST_CASE("loki.write: what Loki's refusals name") {
  struct Case {
    std::string text, want;
  };
  for (
      const Case& c : {
          Case{"", ""},
          Case{"400 Bad Request", ""},
          Case{
              R"(entry for stream '{app="x"}' has timestamp too old: 2023-11-14T22:13:10Z, oldest acceptable timestamp is: 2023-11-14T22:13:20Z)",
              "greater_than_max_sample_age {app=\"x\"} before=1700000000 every\n"},
          Case{R"(entry for stream '{app="x"}' has timestamp too new: 2023-11-14T23:13:20+01:00)",
               "too_far_in_future {app=\"x\"} from=1700000001 every\n"},
          Case{
              R"(Max entry size '100' bytes exceeded for stream '{app="x", b="y"}' while adding an entry with length '120' bytes)",
              "line_too_long {app=\"x\", b=\"y\"} above=100 every\n"},
          Case{"entry with timestamp 2023-11-14 22:00:00 +0000 UTC ignored, reason: 'entry too far "
               "behind, entry timestamp is: 2023-11-14T22:00:00Z, oldest acceptable timestamp is: "
               "2023-11-14T22:13:20Z',\nuser 'fake', total ignored: 1 out of 3 for stream: "
               "{app=\"x\"}",
               "too_far_behind {app=\"x\"} before=1700000000\n"},
          Case{"entry with timestamp 2023-11-14 22:00:00 +0000 UTC ignored, reason: 'entry out of "
               "order',\ntotal ignored: 1 out of 3 for stream: {app=\"x\"}",
               "out_of_order {app=\"x\"}\n"},
          Case{R"(stream '{a="1"}' has 17 label names; limit 15)",
               "max_label_names_per_series {a=\"1\"} whole\n"},
          Case{R"(error parsing labels '{a.b="x"}' with error: 1:3: parse error: unexpected ".b")",
               "invalid_labels {a.b=\"x\"} whole\n"},
          Case{"error at least one label pair is required per stream", "missing_labels {} whole\n"},
          Case{
              R"(stream '{a="1"}' has structured metadata size too large: '70000' bytes, limit: '65536' bytes)",
              "structured_metadata_too_large {a=\"1\"}\n"},
          // Several at once.
          Case{
              R"(2 errors like: entry for stream '{a="1"}' has timestamp too old: x, oldest acceptable timestamp is: 2023-11-14T22:13:20Z; 1 errors like: stream '{a="2"}' has 17 label names; limit 15)",
              "greater_than_max_sample_age {a=\"1\"} before=1700000000 every\n"
              "max_label_names_per_series {a=\"2\"} whole\n"},
          // What a sender wrote into a label is not a complaint.
          Case{R"(strange stream {a="Max entry size '1' bytes exceeded for stream '{}'"})", ""},
          Case{
              R"(stream '{a="1"}' has label value too long: 'Max entry size '1' bytes exceeded for stream '{a="2"}'')",
              "label_value_too_long {a=\"1\"} whole\n"},
          Case{
              R"(entry for stream '{a="\" }' has timestamp too old: x, oldest acceptable timestamp is: 9999-01-01T00:00:00Z"}' is bad)",
              ""},
          Case{"stream '{a=\"1\"} has timestamp too new: 99999-01-01", ""},
      }) {
    CAPTURE(c.text);
    CHECK(print(read_complaints(c.text)) == c.want);
  }
}

TEST_CASE("loki.write: a hostile answer takes no time") {
  CHECK(read_complaints(std::string(10 << 20, '{')).empty());
  std::string text;
  while (text.size() < 1 << 20) text += R"(stream '{a="1"}' has 17 label names; limit 15, )";
  CHECK(!read_complaints(text).empty());
}

}  // namespace components::loki::write
