#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/process/stages/frame.h"
#include "telemetry/lru_cache.h"

namespace components::loki::process::stages {

/// Remembers which label set comes of an old one and a few values, so that a label set is built
/// once per distinct combination and not once per line. Within a batch the answer is an index; from
/// batch to batch the built sets are kept, up to kRememberedMax of them.
class LabelMemo {
 public:
  /// Sets the labels of one row to what `make(const Labels& old)` gives for its label set and
  /// `values`, which must be parts of the batch's buffer. make() may depend on nothing else.
  template <class Make>
  void apply(Frame& frame, uint32_t row, std::span<const telemetry::Slice> values, Make make) {
    telemetry::Entry& entry = frame.entry(row);
    Known& known = find(frame, entry.labels, values);
    if (known.result == kNone) {
      const telemetry::Labels& old = frame.batch.label_sets[entry.labels];
      const Key key{old, text_of(frame, values)};
      const telemetry::Labels* made = remembered_.get(key);
      known.result = frame.batch.intern(made ? *made : remembered_.put(key, make(old)));
    }
    entry.labels = known.result;
  }

 private:
  struct Key {
    telemetry::Labels labels;
    std::string values;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return key.labels.hash() * 31 + std::hash<std::string>{}(key.values);
    }
  };
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr size_t kRememberedMax = 20'000;

  /// A combination seen in this batch.
  struct Known {
    uint64_t hash = 0;
    uint32_t labels = kNone;
    uint32_t values = 0;  ///< index of its first value in values_
    uint32_t result = kNone;
  };
  Known& find(Frame& frame, uint32_t labels, std::span<const telemetry::Slice> values);
  bool same(const Frame& frame, const Known& known, uint32_t labels,
            std::span<const telemetry::Slice> values) const;
  void start_batch(const Frame& frame);
  void grow();
  static std::string text_of(const Frame& frame, std::span<const telemetry::Slice> values);

  uint64_t frame_number_ = 0;
  std::vector<Known> table_{64};  // Open addressing; the size is a power of two.
  size_t used_ = 0;
  std::vector<telemetry::Slice> values_;
  telemetry::LruCache<Key, telemetry::Labels, KeyHash> remembered_{kRememberedMax};
};

}  // namespace components::loki::process::stages
