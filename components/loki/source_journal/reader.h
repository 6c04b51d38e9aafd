#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/source_journal/labeller.h"
#include "components/loki/source_journal/partial_messages.h"
#include "io/journal.h"
#include "io/positions.h"
#include "io/wake.h"
#include "telemetry/ack_window.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_journal {

/// What a reader needs of the component's arguments.
struct ReaderConfig {
  telemetry::Labels base;
  RelabelRules rules;
  bool format_as_json = false;
  std::chrono::nanoseconds max_age{0};
  std::string path;
  std::vector<std::string> matches;

  /// Another journal, or another part of it, is to be read.
  bool reads_like(const ReaderConfig& other) const {
    return path == other.path && matches == other.matches && max_age == other.max_age;
  }
};

/// Follows the journal on a thread of the caller: entries become batches, and the stored cursor
/// moves when their acks say so, but never past the first piece of a message that is not whole.
///
/// The stored cursor always wins over max_age: an agent that was away for longer than max_age reads
/// on where it stopped, because what is still in the journal is not lost yet.
class JournalReader {
 public:
  struct Environment {
    std::string position_key;
    std::shared_ptr<io::Positions> positions;
    telemetry::LogReceiver& next;
    const base::metrics::Scope& metrics;
    const base::Logger& log;
    std::function<void(Health)> report;
  };

  explicit JournalReader(Environment environment);
  ~JournalReader();

  /// Reads until a stop is requested; survives a journal that is missing, unreadable or broken. May
  /// be called again, with another configuration: it goes on after the last entry that was read.
  void run(const base::Snapshot<ReaderConfig>& config, std::stop_token stop);

 private:
  using Window = telemetry::AckWindow<std::string>;

  base::Result<void> follow(const base::Snapshot<ReaderConfig>& config, std::stop_token stop);
  base::Result<std::unique_ptr<io::Journal>> open(const ReaderConfig& config);
  base::Result<void> seek(io::Journal& journal, const ReaderConfig& config);
  base::Result<bool> advance(io::Journal& journal);
  /// False: the end of the journal, for now.
  base::Result<bool> read_batch(io::Journal& journal, std::shared_ptr<const ReaderConfig> config,
                                std::stop_token stop);
  base::Result<void> add_entry(io::Journal& journal, const std::string& before,
                               telemetry::LogBatch& batch);
  void add_overdue(std::optional<uint64_t> realtime_us, telemetry::LogBatch& batch);
  void add_message(const Message& message, telemetry::LogBatch& batch);
  std::chrono::milliseconds longest_wait() const;
  base::Result<void> collect_fields(io::Journal& journal, bool all);
  void give_up_partial_messages();
  void renew_window();

  /// What became of the entries of one batch besides those sent.
  struct Tally {
    uint64_t read = 0;
    uint64_t no_message = 0;
    uint64_t empty_labels = 0;
    uint64_t unreadable = 0;  ///< or without a cursor, which drops none
    uint64_t cut = 0;
    uint64_t dropped_unreadable = 0;
    uint64_t merged = 0;
  };
  void count(const Tally& tally, uint64_t sent);

  Environment environment_;
  const telemetry::Flow flow_;
  const telemetry::Flow::Counter dropped_no_message_ = flow_.filtered("no_message");
  const telemetry::Flow::Counter dropped_empty_labels_ = flow_.filtered("empty_labels");
  const telemetry::Flow::Counter dropped_unreadable_ = flow_.dropped("unreadable_entry");
  const telemetry::Flow::Counter merged_ = flow_.merged();
  const telemetry::Flow::Gauge held_ = flow_.held();
  std::shared_ptr<base::metrics::Counter> lines_, no_message_, empty_labels_, unreadable_, cut_;
  // Of a stop, and of a batch that was given up; windows own it, too.
  const std::shared_ptr<const io::Wake> wake_ = std::make_shared<const io::Wake>();
  std::unique_ptr<Window> window_;
  // Of the last entry that was read; before there is one, what was stored.
  std::string read_cursor_;
  bool on_unread_entry_ = false;  // Seeking ended on an entry that is still to be read.
  std::shared_ptr<const ReaderConfig> config_;  // What labeller_ was made for.
  std::optional<Labeller> labeller_;
  Tally tally_;
  Message entry_;
  PartialMessages partial_;
  std::string json_;
};

}  // namespace components::loki::source_journal
