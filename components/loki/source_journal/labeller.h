#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/source_journal/signature.h"
#include "components/shared/capsules.h"
#include "components/shared/trial.h"
#include "telemetry/labels.h"
#include "telemetry/lru_cache.h"
#include "telemetry/relabel.h"

namespace components::loki::source_journal {

/// Fields of one journal entry that somebody asked for. Reused from entry to entry, so that a
/// steady flow allocates nothing.
class EntryFields {
 public:
  void clear() { size_ = 0; }
  /// A repeated field keeps its last value.
  void set(std::string_view name, std::string_view value);
  /// The value, or "" when the entry does not have the field.
  std::string_view get(std::string_view name) const;

  size_t size() const { return size_; }
  const telemetry::Label& at(size_t i) const { return fields_[i]; }

 private:
  std::vector<telemetry::Label> fields_;  // The first size_ are in use; the rest keep their memory.
  size_t size_ = 0;
};

/// Appends a JSON object of all fields, sorted by name, values as strings. Bytes that are not UTF-8
/// become U+FFFD, as JSON text cannot hold them.
void append_json_line(std::string& out, const EntryFields& fields);

/// The text of an entry: its message, or as JSON, which is then kept in `json`. Empty: it has none.
std::string_view line_of(const EntryFields& fields, bool as_json, std::string& json);
/// The labels that every entry of the component has.
telemetry::Labels base_labels(const Arguments& arguments, const std::string& component_id);
/// What the component makes of an entry, without a journal; for `cfgc test`.
Receive receive(const Arguments& arguments, const std::string& component_id);

/// Makes an entry's labels: the base labels plus __journal_<field> for every field, through the
/// rules, without those that start with "__". Only fields that the rules look at are asked for, and
/// what came out is remembered by their values, so the rules run once per combination.
class Labeller {
 public:
  Labeller(telemetry::Labels base, RelabelRules rules);

  /// Some rule looks at labels by pattern, so every field is needed.
  bool wants_all() const { return wants_all_; }
  bool wants(std::string_view field) const;

  /// nullptr when the rules drop the entry or leave it without labels. Valid until the next call.
  const telemetry::Labels* labels(const EntryFields& fields);

 private:
  telemetry::Labels make(const EntryFields& fields) const;

  telemetry::Labels base_;
  RelabelRules rules_;
  std::vector<std::string> wanted_;  // Field names, sorted.
  bool wants_all_ = false;
  telemetry::LruCache<std::string, telemetry::Labels> made_;  // By the wanted values; empty: drop.
  std::string key_;
  telemetry::Labels uncached_;
};

}  // namespace components::loki::source_journal
