#include "telemetry/pprof/delta.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/digest.h"

namespace telemetry::pprof {
namespace {

/// A number, so that none can be read as a part of its neighbour.
void append_part(std::string& key, uint64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}
void append_part(std::string& key, std::string_view text) {
  append_part(key, text.size());
  key += text;
}

/// The sum, which wraps round: the numbers are a stranger's.
int64_t wrapped(int64_t a, uint64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + b);
}

}  // namespace

uint64_t Copier::mapping(uint64_t id) {
  if (id == 0 || mappings_[id] != 0) return mappings_[id];
  return mappings_[id] = to_.mapping(from_.mappings[id - 1]);
}

uint64_t Copier::function(uint64_t id) {
  if (functions_[id] == 0) functions_[id] = to_.function(from_.functions[id - 1]);
  return functions_[id];
}

uint64_t Copier::location(uint64_t id) {
  if (locations_[id] != 0) return locations_[id];
  const Contents::Location& location = from_.locations[id - 1];
  std::vector<Line> lines;
  for (const Line& line : from_.lines_of(location))
    lines.push_back({function(line.function), line.line});
  return locations_[id] = to_.location(mapping(location.mapping), location.address, lines);
}

void Copier::add(const Contents::Sample& sample, std::span<const int64_t> values) {
  std::vector<uint64_t> stack;
  for (const uint64_t id : from_.stack_of(sample)) stack.push_back(location(id));
  to_.add(stack, values, from_.labels_of(sample));
}

/// Ids of locations change from profile to profile; addresses do not, and where there are none the
/// names of functions.
Delta::Key Delta::key_of(const Contents& profile, const Contents::Sample& sample) {
  std::string text;
  for (const uint64_t id : profile.stack_of(sample)) {
    const Contents::Location& location = profile.locations[id - 1];
    append_part(text, location.address);
    if (location.address != 0) continue;
    for (const Line& line : profile.lines_of(location)) {
      append_part(text, profile.functions[line.function - 1].name);
      append_part(text, static_cast<uint64_t>(line.line));
    }
  }
  for (const Label& label : profile.labels_of(sample)) {
    append_part(text, label.key);
    append_part(text, label.text);
    append_part(text, static_cast<uint64_t>(label.number));
  }
  const auto digest = base::md5(text);
  Key key{};
  static_assert(sizeof digest == sizeof key);
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

std::vector<size_t> Delta::counted(const Contents& profile) const {
  std::vector<size_t> indexes;
  for (size_t i = 0; i < profile.sample_types.size(); ++i)
    if (std::ranges::find(types_, profile.sample_types[i].type) != types_.end())
      indexes.push_back(i);
  return indexes;
}

base::Result<std::optional<std::string>> Delta::difference(const Contents& profile) {
  const std::vector<size_t> indexes = counted(profile);
  std::vector<Key> keys;
  Totals totals;
  for (size_t i = 0; i < profile.samples.size(); ++i) {
    keys.push_back(key_of(profile, profile.samples[i]));
    auto& total = totals[keys.back()];
    total.resize(indexes.size());
    for (size_t n = 0; n < indexes.size(); ++n)
      total[n] = wrapped(total[n], static_cast<uint64_t>(profile.values_of(i)[indexes[n]]));
  }
  const bool is_first = !totals_;
  const Totals before = std::exchange(totals_, std::move(totals)).value_or(Totals());
  const int64_t since_ns = std::exchange(time_ns_, profile.head.time_ns);
  if (is_first) return std::nullopt;

  const auto has_fallen = [&](const auto& entry) {
    const auto now = totals_->find(entry.first);
    return now != totals_->end() &&
           !std::ranges::equal(entry.second, now->second, std::ranges::less_equal());
  };
  const bool is_other_start = std::ranges::any_of(before, has_fallen);
  Builder builder(profile.sample_types);
  Copier copier(profile, builder);
  Totals left = is_other_start ? Totals() : before;  // Of each stack, still to be taken off.
  for (size_t i = 0; i < profile.samples.size(); ++i) {
    const auto own = profile.values_of(i);
    std::vector<int64_t> values(own.begin(), own.end());
    if (const auto known = left.find(keys[i]); known != left.end()) {
      for (size_t n = 0; n < indexes.size(); ++n)
        values[indexes[n]] =
            wrapped(values[indexes[n]], 0 - static_cast<uint64_t>(known->second[n]));
      left.erase(known);  // Equal stacks are added up by the builder.
    }
    if (std::ranges::any_of(values, [](int64_t value) { return value != 0; }))
      copier.add(profile.samples[i], values);
  }
  if (builder.samples() == 0) return std::nullopt;
  Head head = profile.head;
  if (!is_other_start)
    head.duration_ns =
        std::max<int64_t>(wrapped(head.time_ns, 0 - static_cast<uint64_t>(since_ns)), 0);
  return builder.finish_compressed(head);
}

base::Result<std::optional<std::string>> Delta::advance(std::string_view body, size_t bytes_max) {
  const auto message = uncompressed(body, bytes_max);
  const auto profile =
      message ? read(*message) : base::Result<Contents>(tl::unexpected(message.error()));
  if (profile) return difference(*profile);
  totals_.reset();
  return tl::unexpected(profile.error());
}

}  // namespace telemetry::pprof
