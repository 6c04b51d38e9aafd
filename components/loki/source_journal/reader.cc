#include "components/loki/source_journal/reader.h"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include "io/backoff.h"

namespace components::loki::source_journal {
namespace {

constexpr size_t kBatchBytes = size_t{256} << 10;
constexpr size_t kBatchEntries = 4096;
/// How often to look around when no descriptor was left to be woken by.
constexpr std::chrono::milliseconds kUnwakeablePoll{1'000};
/// How often to look whether the folder of the journal is another one: nothing tells.
constexpr std::chrono::milliseconds kFolderPoll{5'000};
/// What is stored before an entry was delivered: the time from which on entries are read, in
/// microseconds since the Unix epoch.
constexpr std::string_view kSince = "since ";

void pause(int wake_fd, std::chrono::milliseconds time) {
  pollfd wake{wake_fd, POLLIN, 0};
  poll(&wake, 1, static_cast<int>(time.count()));
}

uint64_t since_us(std::chrono::nanoseconds age) {
  const auto then = std::chrono::system_clock::now().time_since_epoch() - age;
  return static_cast<uint64_t>(
      std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(then).count()));
}

constexpr std::string_view kErrorsName = "loki_source_journal_target_parsing_errors_total";
constexpr std::string_view kErrorsHelp = "Journal entries that were not sent, by reason.";

}  // namespace

JournalReader::JournalReader(Environment environment)
    : environment_(std::move(environment)), flow_(environment_.metrics, telemetry::Flow::kLines) {
  const auto error = [&](const char* reason) {
    return environment_.metrics.counter(kErrorsName, kErrorsHelp, {{"error", reason}});
  };
  lines_ = environment_.metrics.counter("loki_source_journal_target_lines_total",
                                        "Journal entries that were sent.");
  no_message_ = error("no_message");
  empty_labels_ = error("empty_labels");
  unreadable_ = error("unreadable_entry");
  cut_ = environment_.metrics.counter("loki_source_journal_truncated_fields_total",
                                      "Journal fields that were cut to the size limit.");
  renew_window();
}

JournalReader::~JournalReader() {
  window_->detach();
  give_up_partial_messages();
}

/// They are read again: the stored cursor is before them.
void JournalReader::give_up_partial_messages() {
  flow_.abandon(partial_.pieces());
  partial_.clear();
  held_->set(0);
}

void JournalReader::renew_window() {
  if (window_) window_->detach();
  window_ = std::make_unique<Window>(
      [positions = environment_.positions,
       key = environment_.position_key](const std::string& cursor) { positions->set(key, cursor); },
      [wake = wake_] { wake->notify(); });
}

void JournalReader::run(const base::Snapshot<ReaderConfig>& config, std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { wake_->notify(); });
  io::Backoff backoff(io::kRetryLocal, std::random_device{}());
  std::string logged;  // The trouble that was logged last.
  for (;;) {
    wake_->clear();  // Before the look: what comes after it wakes again.
    if (stop.stop_requested()) return;
    const std::string before = read_cursor_;
    const auto followed = follow(config, stop);
    if (followed) {  // A stop, or a batch that was given up: the next one may be, too.
      wake_->clear();
      if (!stop.stop_requested()) pause(wake_->fd(), io::kRetryLocal.min);
      continue;
    }
    const std::string& trouble = followed.error().message;
    environment_.report({Health::State::unhealthy, trouble});
    const bool got_on = read_cursor_ != before;
    if (got_on || trouble != logged) environment_.log.warn("{}; trying again", trouble);
    logged = trouble;
    if (got_on) backoff.reset();
    pause(wake_->fd(), backoff.next());
  }
}

base::Result<void> JournalReader::follow(const base::Snapshot<ReaderConfig>& config,
                                         std::stop_token stop) {
  const std::string path = config.get()->path;
  const auto folders = io::journal_folders(path);
  auto opened = open(*config.get());
  if (!opened) return tl::unexpected(opened.error());
  io::Journal& journal = **opened;
  environment_.report({Health::State::healthy, {}});
  while (!stop.stop_requested()) {
    if (window_->broken()) {
      renew_window();
      read_cursor_.clear();
      give_up_partial_messages();
      return {};  // The caller opens again, at the stored cursor.
    }
    const auto more = read_batch(journal, config.get(), stop);
    if (!more) return tl::unexpected(more.error());
    if (*more) continue;
    if (const auto waited = journal.wait(wake_->fd(), longest_wait()); !waited) return waited;
    wake_->clear();
    if (io::journal_folders(path) != folders) {
      environment_.log.info("the folder of the journal was made anew; opening it again");
      return {};  // At the last entry that was read.
    }
  }
  return {};
}

std::chrono::milliseconds JournalReader::longest_wait() const {
  const auto limit = wake_->fd() < 0 ? kUnwakeablePoll : kFolderPoll;
  if (partial_.empty()) return limit;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(partial_.due() - PartialMessages::Clock::now());
  return std::clamp(left, std::chrono::milliseconds(0), limit);
}

base::Result<std::unique_ptr<io::Journal>> JournalReader::open(const ReaderConfig& config) {
  auto journal = io::Journal::open(config.path);
  if (!journal) return journal;
  if ((*journal)->readable_bytes() == 0)
    return base::fail("{}", io::explain_unreadable_journal(config.path));
  for (const std::string& match : config.matches)
    if (const auto added = (*journal)->add_match(match); !added)
      return tl::unexpected(added.error());
  if (const auto sought = seek(**journal, config); !sought) return tl::unexpected(sought.error());
  return journal;
}

base::Result<void> JournalReader::seek(io::Journal& journal, const ReaderConfig& config) {
  on_unread_entry_ = false;
  if (read_cursor_.empty())
    read_cursor_ = environment_.positions->get(environment_.position_key).value_or("");
  if (read_cursor_.starts_with(kSince)) {
    const std::string since = read_cursor_.substr(kSince.size());
    uint64_t us = 0;
    std::from_chars(since.data(), since.data() + since.size(), us);
    return journal.seek_realtime(us);
  }
  if (!read_cursor_.empty()) {
    auto found = journal.seek_cursor(read_cursor_);
    if (found) {
      const auto stepped = journal.next();
      // Rotated away: the entry that followed it comes next and has not been read.
      if (stepped) on_unread_entry_ = *stepped && !journal.is_at(read_cursor_);
      if (stepped) return {};
      found = tl::unexpected(stepped.error());
    }
    environment_.log.warn("stored cursor: {}; starting at max_age", found.error().message);
    read_cursor_.clear();
  }
  if (config.max_age.count() == 0) return journal.seek_head();
  // Also when nothing is delivered before the next start.
  const uint64_t since = since_us(config.max_age);
  read_cursor_ = fmt::format("{}{}", kSince, since);
  environment_.positions->set(environment_.position_key, read_cursor_);
  return journal.seek_realtime(since);
}

base::Result<bool> JournalReader::advance(io::Journal& journal) {
  if (std::exchange(on_unread_entry_, false)) return true;
  return journal.next();
}

base::Result<bool> JournalReader::read_batch(io::Journal& journal,
                                             std::shared_ptr<const ReaderConfig> config,
                                             std::stop_token stop) {
  if (config_ != config) {
    config_ = std::move(config);
    labeller_.emplace(config_->base, config_->rules);
  }
  tally_ = {};
  telemetry::LogBatch batch;
  batch.stop = std::move(stop);
  std::string cursor;  // Of the last entry; as read_cursor_ while there is none.
  for (; batch.buffer.size() < kBatchBytes && tally_.read < kBatchEntries; ++tally_.read) {
    const auto stepped = advance(journal);
    if (!stepped) return stepped;
    if (!*stepped) break;
    const auto added = add_entry(journal, cursor.empty() ? read_cursor_ : cursor, batch);
    // Taken for each entry: at the end of the journal the library may have let go of the last one.
    if (!added) ++tally_.dropped_unreadable;
    if (!added || !journal.cursor(cursor)) ++tally_.unreadable;
  }
  const bool at_end = batch.buffer.size() < kBatchBytes && tally_.read < kBatchEntries;
  if (at_end) add_overdue(std::nullopt, batch);
  count(tally_, batch.entries.size());
  if (!cursor.empty()) read_cursor_ = std::move(cursor);
  if (tally_.read > 0 || !batch.entries.empty())
    batch.ack = window_->issue(partial_.empty() ? read_cursor_ : partial_.position());
  if (!batch.entries.empty()) environment_.next.receive(std::move(batch));
  return !at_end;
}

void JournalReader::count(const Tally& tally, uint64_t sent) {
  flow_.receive(tally.read);
  flow_.send(sent);
  dropped_no_message_->add(tally.no_message);
  dropped_empty_labels_->add(tally.empty_labels);
  dropped_unreadable_->add(tally.dropped_unreadable);
  merged_->add(tally.merged);
  held_->set(static_cast<double>(partial_.pieces()));
  lines_->add(sent);
  no_message_->add(tally.no_message);
  empty_labels_->add(tally.empty_labels);
  unreadable_->add(tally.unreadable);
  cut_->add(tally.cut);
}

/// `before`: the position of the entry in front of it.
base::Result<void> JournalReader::add_entry(io::Journal& journal, const std::string& before,
                                            telemetry::LogBatch& batch) {
  const auto realtime = journal.realtime_us();
  if (!realtime) return tl::unexpected(realtime.error());
  const bool all = config_->format_as_json || labeller_->wants_all();
  if (const auto read = collect_fields(journal, all); !read) return read;
  entry_.realtime_us = *realtime;
  entry_.pieces = 1;
  if (partial_.take(entry_, before, PartialMessages::Clock::now())) add_message(entry_, batch);
  add_overdue(*realtime, batch);
  return {};
}

void JournalReader::add_overdue(std::optional<uint64_t> realtime_us, telemetry::LogBatch& batch) {
  if (partial_.empty()) return;
  const auto now = PartialMessages::Clock::now();
  while (const auto message = partial_.take_overdue(realtime_us, now)) add_message(*message, batch);
}

void JournalReader::add_message(const Message& message, telemetry::LogBatch& batch) {
  tally_.merged += message.pieces - 1;
  const std::string_view line = line_of(message.fields, config_->format_as_json, json_);
  if (line.empty()) {
    ++tally_.no_message;
    return;
  }
  const telemetry::Labels* labels = labeller_->labels(message.fields);
  if (labels == nullptr) {
    ++tally_.empty_labels;
    return;
  }
  batch.add(static_cast<int64_t>(message.realtime_us) * 1000, line, *labels);
}

base::Result<void> JournalReader::collect_fields(io::Journal& journal, bool all) {
  entry_.fields.clear();
  journal.rewind_fields();
  size_t bytes_left = io::Journal::kFieldBytesMax;  // For the whole entry.
  io::JournalField field;
  while (true) {
    const auto found = journal.next_field(field);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return {};
    if (!all && !PartialMessages::reads(field.name) && !labeller_->wants(field.name)) continue;
    if (field.value.size() > bytes_left) {
      field.value = field.value.substr(0, bytes_left);
      ++tally_.cut;
    }
    bytes_left -= field.value.size();
    entry_.fields.set(field.name, field.value);
  }
}

}  // namespace components::loki::source_journal
