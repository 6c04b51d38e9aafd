#include "compiler/migrate/impact/family_index.h"

#include <fmt/format.h>

#include <algorithm>

namespace compiler::migrate::impact {
namespace {

/// One text for equal values, another for others.
std::string key_of(const streams::Values& values) {
  std::string key;
  for (const auto& value : values.exact) key += fmt::format("{}:{},", value.size(), value);
  for (const auto& value : values.open) {
    key += '~';
    for (const auto& literal : value.literals) {
      key += fmt::format("{}:{},", literal.size(), literal);
    }
  }
  return key;
}

std::string key_of(std::span<const Condition> conditions) {
  std::string key;
  for (const auto& condition : conditions) {
    key += fmt::format("{}\x01{}{}\x01", condition.name, static_cast<int>(condition.op),
                       condition.value);
  }
  return key;
}

}  // namespace

Bits& Bits::operator&=(const Bits& other) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  return *this;
}

Bits& Bits::operator|=(const Bits& other) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}

Bits& Bits::operator-=(const Bits& other) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  return *this;
}

bool Bits::any(size_t begin, size_t end) const {
  for (size_t i = begin; i < end; ++i) {
    if (i % 64 == 0 && end - i >= 64 && words_[i / 64] == 0) {
      i += 63;
    } else if (test(i)) {
      return true;
    }
  }
  return false;
}

bool Bits::every(size_t begin, size_t end) const {
  for (size_t i = begin; i < end; ++i) {
    if (!test(i)) return false;
  }
  return true;
}

FamilyIndex::FamilyIndex(const streams::Mapping& mapping) : mapping_(mapping) {
  add(mapping.unchanged);
  for (const streams::Change& change : mapping.changes) {
    before_.push_back({families_.size(), families_.size() + change.before.size()});
    add(change.before);
    after_.push_back({families_.size(), families_.size() + change.after.size()});
    add(change.after);
  }
  index();
  find_siblings();
}

void FamilyIndex::find_siblings() {
  std::map<std::pair<std::string_view, std::string_view>, size_t> changes;
  for (size_t i = 0; i < mapping_.changes.size(); ++i)
    changes.try_emplace({mapping_.changes[i].host, mapping_.changes[i].service}, i);
  siblings_.resize(mapping_.changes.size());
  for (size_t number = unchanged().begin; number < unchanged().end; ++number) {
    const streams::StreamFamily& own = family(number);
    const auto change = changes.find({own.host, own.service});
    const bool is_known = !own.service.empty() && change != changes.end();
    owner_.push_back(is_known ? change->second : mapping_.changes.size());
    if (is_known) siblings_[change->second].push_back(number);
  }
}

const FamilyIndex::SharedValues& FamilyIndex::values_after(const std::string& label) const {
  const auto [known, is_new] = values_after_.try_emplace(label);
  if (!is_new) return known->second;
  SharedValues& shared = known->second;
  std::unordered_map<std::string_view, size_t> first_owners;
  const auto collect = [&](size_t number, size_t owner) {
    const auto found = family(number).labels.find(label);
    if (found == family(number).labels.end()) return;
    for (const auto& value : found->second.exact) {
      const auto [first, is_first] = first_owners.try_emplace(value, owner);
      shared[value] |= !is_first && first->second != owner;
    }
  };
  for (size_t number = unchanged().begin; number < unchanged().end; ++number)
    collect(number, owner_[number]);
  for (size_t change = 0; change < mapping_.changes.size(); ++change)
    for (size_t number = after(change).begin; number < after(change).end; ++number)
      collect(number, change);
  return shared;
}

void FamilyIndex::add(const std::vector<streams::StreamFamily>& families) {
  for (const streams::StreamFamily& family : families) {
    families_.push_back(&family);
    auto labels = std::make_shared<SeriesLabels>();
    for (const auto& [name, values] : family.labels) {
      labels->named[name] = {.kind = LabelSource::Kind::stream, .values = values, .id = {}};
    }
    labels_.push_back(std::move(labels));
  }
}

void FamilyIndex::index() {
  std::map<std::pair<std::string, std::string>, size_t> places;
  for (size_t number = 0; number < families_.size(); ++number) {
    for (const auto& [name, values] : families_[number]->labels) {
      Label& label = by_label_[name];
      if (label.alike.empty()) label.absent = Bits(families_.size(), true);
      const auto [place, is_new] = places.try_emplace({name, key_of(values)}, label.alike.size());
      if (is_new) label.alike.push_back({&values, Bits(families_.size())});
      label.alike[place->second].families.set(number);
      label.absent.reset(number);
    }
  }
}

std::vector<std::string> FamilyIndex::label_names() const {
  std::vector<std::string> names;
  for (const auto& [name, label] : by_label_) names.push_back(name);
  return names;
}

bool FamilyIndex::is_assumed(std::string_view name) const {
  return name == streams::kServiceName &&
         std::any_of(families_.begin(), families_.end(), [](const streams::StreamFamily* family) {
           return family->assumes_service_name;
         });
}

Reach FamilyIndex::reach(std::span<const Condition> conditions) const {
  Reach reach{Bits(size(), true), Bits(size(), true), Bits(size(), true), {}, {}};
  std::vector<Condition> sorted(conditions.begin(), conditions.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Condition& a, const Condition& b) { return a.name < b.name; });
  for (size_t begin = 0, end = 0; begin < sorted.size(); begin = end) {
    // Conditions on one label are decided together: they do not vary independently.
    while (end < sorted.size() && sorted[end].name == sorted[begin].name) ++end;
    const Reach& one = reach_of_label(std::span(sorted).subspan(begin, end - begin));
    if (!one.error.empty()) return one;
    reach.all &= one.all;
    reach.some &= one.some;
    reach.may &= one.may;
    reach.partly.insert(reach.partly.end(), one.partly.begin(), one.partly.end());
  }
  return reach;
}

const Reach& FamilyIndex::reach_of_label(std::span<const Condition> conditions) const {
  const auto [known, is_new] = decided_.try_emplace(key_of(conditions));
  Reach& reach = known->second;
  if (!is_new) return reach;
  reach = Reach{Bits(size()), Bits(size()), Bits(size()), {}, {}};
  std::vector<ValueTest> tests;
  for (const Condition& condition : conditions) {
    std::string why;
    auto test = ValueTest::of(condition.op, condition.value, &why);
    if (!test) {
      reach.error = fmt::format("{} is not a regular expression: {}", condition.text(), why);
      return reach;
    }
    tests.push_back(std::move(*test));
  }
  const auto add = [&](const Extent& extent, const Bits& families) {
    if (extent.all) reach.all |= families;
    if (extent.some) reach.some |= families;
    if (extent.may) reach.may |= families;
  };
  const Extent when_absent = decide(tests, streams::Values::of(""));
  const auto label = by_label_.find(conditions.front().name);
  if (label == by_label_.end()) {
    add(when_absent, Bits(size(), true));
    return reach;
  }
  add(when_absent, label->second.absent);
  for (const Alike& alike : label->second.alike) add(decide(tests, *alike.values), alike.families);
  Reach::Partly partly{label->first, known->first, reach.may};
  partly.families -= reach.all;
  if (partly.families.any(0, size())) reach.partly.push_back(std::move(partly));
  return reach;
}

}  // namespace compiler::migrate::impact
