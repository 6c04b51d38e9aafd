#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "components/loki/source_syslog/parse.h"
#include "components/shared/capsules.h"
#include "river/schema/codec.h"
#include "telemetry/log_batch.h"
#include "telemetry/lru_cache.h"
#include "telemetry/relabel.h"

namespace components::loki::source_syslog {

/// Where messages come from: the labels that do not depend on the message.
struct Origin {
  std::string key;  ///< equal for equal labels
  telemetry::LabelsBuilder base;
};

/// Makes the label set of a message with the relabel rules, once per combination of the header
/// fields that the rules look at. A known combination costs one lookup; process and message ids,
/// which vary without end, only count when a rule reads them. Keeps the kCombinationsMax most
/// recently used combinations. One thread.
class LabelMaker {
 public:
  static constexpr size_t kCombinationsMax = 4096;

  explicit LabelMaker(std::shared_ptr<const RelabelRules> rules);

  /// Rules read the sender's address or host name. A host name costs a look-up, so rules that only
  /// remove labels by name do not count: labels that start with "__" never leave the source anyway.
  bool uses_address() const { return uses_address_; }
  bool uses_host_name() const { return uses_host_name_; }

  /// `ip` and `host_name` may be empty.
  Origin origin(const river::schema::LabelMap& labels, std::string_view ip,
                std::string_view host_name) const;

  /// Index of the message's label set in the batch. `structured_data`: offer it to the rules.
  uint32_t index(telemetry::LogBatch& batch, const Origin& origin, const Message& message,
                 bool structured_data);
  /// To be called for each new batch.
  void begin_batch() { ++batch_; }

 private:
  struct Combination {
    telemetry::Labels labels;
    uint64_t batch = 0;  // The batch in which it has `index`.
    uint32_t index = 0;
  };
  /// Which fields go into the key.
  struct Used {
    bool severity = false, facility = false, hostname = false, app_name = false, proc_id = false,
         msg_id = false, counter = false, sequence = false, structured_data = false;
  };

  bool reads(std::string_view label) const;
  bool reads_structured_data() const;
  void make_key(const Origin& origin, const Message& message, bool structured_data);
  telemetry::Labels make(const Origin& origin, const Message& message, bool structured_data) const;

  std::shared_ptr<const RelabelRules> rules_;
  bool uses_address_ = false, uses_host_name_ = false;
  Used used_;
  telemetry::LruCache<std::string, Combination> combinations_{kCombinationsMax};
  std::string key_;
  uint64_t batch_ = 1;
};

}  // namespace components::loki::source_syslog
