#include <doctest/doctest.h>

#include <string>

#include "telemetry/series_rewrite.h"
#include "telemetry/series_table.h"

namespace telemetry {
namespace {

SeriesTablePtr table_of(const std::vector<std::vector<Label>>& sets) {
  SeriesTable::Builder builder;
  for (const auto& set : sets) REQUIRE(builder.add_series(set));
  return builder.build();
}

std::string show(const SeriesTable& table, uint32_t series) {
  std::string out;
  LabelView label;
  for (auto reader = table.labels(series); reader.next(label);)
    out += std::string(label.name) + "=" + std::string(label.value) + " ";
  return out;
}

SampleBatch batch_of(SeriesTablePtr table) {
  SampleBatch batch;
  batch.series = std::move(table);
  for (uint32_t i = 0; i < batch.series->size(); ++i)
    batch.samples.push_back({i, 1000, static_cast<double>(i)});
  return batch;
}

}  // namespace

TEST_CASE("series table: label sets come out as they went in") {
  const std::string large(300, 'x');  // Lengths of two bytes.
  const auto table = table_of({{{"__name__", "up"}, {"job", "a"}}, {}, {{"job", large}}});
  REQUIRE(table->size() == 3);
  CHECK(show(*table, 0) == "__name__=up job=a ");
  CHECK(show(*table, 1).empty());
  CHECK(show(*table, 2) == "job=" + large + " ");
  CHECK(table->get(0, "job") == "a");
  CHECK(table->get(0, "none").empty());
  CHECK(table->wire(0) ==
        "\x0a\x0e\x0a\x08__name__\x12\x02up\x0a\x08\x0a\x03job\x12\x01"
        "a");
  CHECK(table->hash(0) != table->hash(2));
}

TEST_CASE("series table: a series that does not fit is left out whole") {
  SeriesTable::Builder builder;
  REQUIRE(builder.add_series({{"a", "b"}}));
  CHECK_FALSE(builder.add_series({{"x", std::string(SeriesTable::Builder::kBytesMax, 'x')}}));
  CHECK(builder.add_series({{"c", "d"}}));
  const auto table = builder.build();
  REQUIRE(table->size() == 2);
  CHECK(show(*table, 1) == "c=d ");
}

TEST_CASE("series rewriter: tables are rewritten once, and followed by their samples") {
  int calls = 0;
  SeriesRewriter rewriter([&](LabelsBuilder& labels) {
    ++calls;
    labels.set("instance", "host");
    labels.erase("pod");
    return labels.get("job") != "secret";
  });
  const auto table = table_of({{{"__name__", "a"}, {"pod", "1"}},
                               {{"__name__", "b"}, {"job", "secret"}},
                               {{"__name__", "a"}, {"pod", "2"}}});
  const auto [rewritten, is_new] = rewriter.of(table);
  CHECK(is_new);
  CHECK(rewriter.of(table).rewritten == rewritten);
  CHECK_FALSE(rewriter.of(table).is_new);
  CHECK(calls == 3);
  SampleBatch batch = batch_of(table);
  CHECK(move_to(*rewritten, batch) == 1);
  REQUIRE(batch.samples.size() == 2);
  CHECK(batch.series->size() == 1);  // Two became one.
  CHECK(batch.samples[1].value == 2);
  CHECK(show(*batch.series, batch.samples[1].series) == "__name__=a instance=host ");
  CHECK(rewriter.series() == 3);
}

TEST_CASE("series rewriter: what is not changed is shared") {
  SeriesRewriter rewriter([](LabelsBuilder&) { return true; });
  const auto table = table_of({{{"__name__", "a"}}, {{"__name__", "b"}}});
  SampleBatch batch = batch_of(table);
  CHECK(move_to(*rewriter.of(table).rewritten, batch) == 0);
  CHECK(batch.series == table);
}

TEST_CASE("series rewriter: tables that nobody uses are forgotten") {
  SeriesRewriter rewriter([](LabelsBuilder& labels) {
    labels.set("x", "y");
    return true;
  });
  const auto kept = table_of({{{"a", "b"}}});
  rewriter.of(kept);
  std::weak_ptr<const SeriesTable> gone;
  for (int i = 0; i < 100; ++i) {
    const auto table = table_of({{{"n", std::to_string(i)}}});
    rewriter.of(table);
    gone = table;
  }
  CHECK(gone.expired());
  CHECK(rewriter.series() == 1);
}

}  // namespace telemetry
