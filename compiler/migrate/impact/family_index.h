#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/migrate/impact/matchers.h"
#include "compiler/migrate/streams/family.h"

namespace compiler::migrate::impact {

/// Where the value of a label of a line comes from.
struct LabelSource {
  enum class Kind : uint8_t {
    absent,
    stream,  ///< of the stream: `values`
    line,    ///< a parser found it in the line, or it is structured metadata: not known
    made,    ///< a template or a condition made it of others
  };
  Kind kind = Kind::absent;
  streams::Values values;
  std::string id;  ///< of line and made: equal ids are equal values for equal lines

  bool operator==(const LabelSource&) const = default;
};
/// One text for equal sources, another for others.
std::string key_of(const LabelSource& source);

/// The labels that lines or series have where they come from one family.
struct SeriesLabels {
  std::map<std::string, LabelSource> named;  ///< those that are there
  bool open = false;                         ///< and others, which are read from lines

  bool operator==(const SeriesLabels&) const = default;
};
using SeriesPtr = std::shared_ptr<const SeriesLabels>;

/// A set of families, by their number.
class Bits {
 public:
  Bits() = default;
  explicit Bits(size_t size, bool value = false)
      : words_((size + 63) / 64, value ? ~uint64_t{0} : 0) {}

  /// Default-constructed: belongs to no index.
  bool empty() const { return words_.empty(); }
  void set(size_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  void reset(size_t i) { words_[i / 64] &= ~(uint64_t{1} << (i % 64)); }
  bool test(size_t i) const { return (words_[i / 64] >> (i % 64) & 1U) != 0; }
  Bits& operator&=(const Bits& other);
  Bits& operator|=(const Bits& other);
  Bits& operator-=(const Bits& other);
  /// Of [begin, end).
  bool any(size_t begin, size_t end) const;
  bool every(size_t begin, size_t end) const;
  bool operator==(const Bits&) const = default;

 private:
  std::vector<uint64_t> words_;
};

/// Which families a selector takes: wholly, in part, or perhaps (see Extent).
struct Reach {
  /// A label whose conditions are met by some of its values, or it is not known by which.
  struct Partly {
    std::string label;
    std::string conditions;  ///< equal texts for equal conditions
    Bits families;
  };
  Bits all, some, may;
  std::vector<Partly> partly;
  std::string error;  ///< Loki refuses the selector; nothing else may be relied on

  Extent of(size_t family) const { return {all.test(family), some.test(family), may.test(family)}; }
};

/// All families of a mapping, numbered: the unchanged first, then those before and after each
/// change. The mapping must outlive it. For one thread: decisions are kept for the next selector.
class FamilyIndex {
 public:
  explicit FamilyIndex(const streams::Mapping& mapping);

  struct Range {
    size_t begin = 0;
    size_t end = 0;
    bool empty() const { return begin == end; }
  };
  const streams::Mapping& mapping() const { return mapping_; }
  Range unchanged() const { return {0, mapping_.unchanged.size()}; }
  Range before(size_t change) const { return before_[change]; }
  Range after(size_t change) const { return after_[change]; }
  const streams::StreamFamily& family(size_t number) const { return *families_[number]; }
  /// The family's own labels; made once.
  const SeriesPtr& labels(size_t number) const { return labels_[number]; }
  size_t size() const { return families_.size(); }
  /// Whether some stream, before or after, has the label.
  bool is_stream_label(std::string_view name) const { return by_label_.contains(name); }

  /// The labels of streams, before or after, in order.
  std::vector<std::string> label_names() const;

  /// Whether the label is there only if the backend adds it, which nobody said.
  bool is_assumed(std::string_view name) const;

  /// The families that stay and belong to the service of a change: containers that moved before.
  const std::vector<size_t>& siblings(size_t change) const { return siblings_[change]; }

  /// The values of a label after the move, of streams that stay, too, and whether each is one of
  /// more than one service, or of a service and of streams that are of none. Made once a label.
  using SharedValues = std::unordered_map<std::string, bool>;
  const SharedValues& values_after(const std::string& label) const;

  /// The families that meet all conditions. It does not depend on the conditions' order.
  Reach reach(std::span<const Condition> conditions) const;

 private:
  /// The families in which a label is the same.
  struct Alike {
    const streams::Values* values = nullptr;
    Bits families;
  };
  struct Label {
    std::vector<Alike> alike;
    Bits absent;
  };
  void add(const std::vector<streams::StreamFamily>& families);
  void index();
  void find_siblings();
  const Reach& reach_of_label(std::span<const Condition> conditions) const;

  const streams::Mapping& mapping_;
  std::vector<const streams::StreamFamily*> families_;
  std::vector<SeriesPtr> labels_;
  std::vector<Range> before_, after_;
  std::vector<std::vector<size_t>> siblings_;  ///< by change
  std::vector<size_t> owner_;  ///< of those that stay: their change, or the number of changes
  std::map<std::string, Label, std::less<>> by_label_;
  mutable std::unordered_map<std::string, Reach> decided_;
  mutable std::unordered_map<std::string, SharedValues> values_after_;
};

}  // namespace compiler::migrate::impact
