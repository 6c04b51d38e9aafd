#include "telemetry/series_table.h"

#include <functional>

#include "telemetry/wire/proto.h"

namespace telemetry {
namespace {

// TimeSeries { 1: repeated Label { 1: name, 2: value } }. What is read here was written here.
constexpr uint32_t kLabels = 1;
constexpr uint32_t kName = 1;
constexpr uint32_t kValue = 2;

size_t field_size(std::string_view text) {
  return 1 + wire::varint_size(text.size()) + text.size();
}

std::string_view take_field(std::string_view& rest) {
  size_t size = 0;
  size_t at = 1;  // After the key.
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(rest[at++]);
    size |= size_t{byte & 0x7FU} << shift;
    if (byte < 0x80) break;
  }
  const std::string_view field = rest.substr(at, size);
  rest.remove_prefix(at + size);
  return field;
}

}  // namespace

bool SeriesTable::Reader::next(LabelView& label) {
  if (rest_.empty()) return false;
  std::string_view fields = take_field(rest_);
  label.name = take_field(fields);
  label.value = take_field(fields);
  return true;
}

std::string_view SeriesTable::get(uint32_t series, std::string_view name) const {
  LabelView label;
  for (Reader reader = labels(series); reader.next(label);)
    if (label.name == name) return label.value;
  return {};
}

size_t SeriesTable::hash_of(std::string_view wire) {
  return std::hash<std::string_view>{}(wire);
}

void SeriesTable::Builder::add(std::string_view name, std::string_view value) {
  std::string& bytes = table_.bytes_;
  if (bytes.size() > kBytesMax) return;  // end_series() says so.
  const size_t size = field_size(name) + field_size(value);
  bytes.reserve(bytes.size() + 11 + size > bytes.capacity() ? 2 * bytes.size() + 11 + size : 0);
  bytes.push_back(wire::field_key(kLabels, wire::WireType::bytes));
  wire::append_number(bytes, size);
  wire::append_bytes(bytes, kName, name);
  wire::append_bytes(bytes, kValue, value);
}

bool SeriesTable::Builder::end_series() {
  if (table_.bytes_.size() > kBytesMax) {
    table_.bytes_.resize(table_.ends_.empty() ? 0 : table_.ends_.back());
    return false;
  }
  table_.ends_.push_back(static_cast<uint32_t>(table_.bytes_.size()));
  return true;
}

bool SeriesTable::Builder::add_series(const std::vector<Label>& labels) {
  for (const auto& [name, value] : labels) add(name, value);
  return end_series();
}

bool SeriesTable::Builder::add_series(std::string_view wire) {
  if (table_.bytes_.size() <= kBytesMax) table_.bytes_.append(wire);
  return end_series();
}

SeriesTablePtr SeriesTable::Builder::build() {
  table_.bytes_.shrink_to_fit();
  table_.ends_.shrink_to_fit();
  auto table = std::make_shared<const SeriesTable>(std::move(table_));
  table_ = {};
  return table;
}

}  // namespace telemetry
