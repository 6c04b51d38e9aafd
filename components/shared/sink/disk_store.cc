#include "components/shared/sink/disk_store.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace components::sink {

using io::segment_log::Append;
using io::segment_log::Log;

namespace {

/// Cursors of endpoints that are gone, until they are forgotten.
constexpr std::string_view kGonePrefix = "\x01gone ";  // No name of an endpoint.
/// What can be read again may fill this part of the log only: the rest is for what cannot.
constexpr uint64_t kPartOfWaiting = 2;
/// More than there are segments in a log.
constexpr int kDropsMax = 64;

uint64_t bytes_of(DiskStore::Pieces pieces) {
  uint64_t bytes = 0;
  for (const auto piece : pieces) bytes += piece.size();
  return bytes;
}

uint64_t bound_of(const DiskOptions& options) {
  uint64_t bytes = options.bytes_max;
  if (bytes == 0)
    bytes = io::segment_log::default_bytes_max(options.folder).value_or(kDiskBytesLeast);
  return std::max(bytes, kDiskBytesLeast);
}

}  // namespace

base::Result<std::shared_ptr<DiskStore>> DiskStore::open(const DiskOptions& options,
                                                         const base::metrics::Scope& metrics,
                                                         const base::Logger& log) {
  auto store = std::make_shared<DiskStore>(options, metrics, log);
  io::segment_log::Options of_log;
  of_log.folder = options.folder;
  of_log.kind = options.kind;
  of_log.bytes_max = store->bytes_max_;
  of_log.disk = options.disk;
  of_log.on_commit = [acks = &store->acks_](const io::segment_log::Commit& commit) {
    acks->committed(commit);
  };
  auto opened = Log::open(std::move(of_log), metrics, log);
  if (!opened) return tl::unexpected(opened.error());
  store->log_ = std::move(*opened);
  return store;
}

DiskStore::DiskStore(const DiskOptions& options, const base::metrics::Scope& metrics,
                     base::Logger log)
    : options_(options),
      bytes_max_(bound_of(options)),
      metrics_(metrics),
      logger_(std::move(log)),
      appended_(metrics.counter("tributary_disk_queue_appended_entries_total",
                                "Entries written to the disk queue.")) {}

// Setting up.

void DiskStore::adopt_cursors(const DiskTargets& targets) {
  std::vector<std::string> left, names;
  for (const auto& target : targets) names.push_back(target.name);
  for (const auto& name : log_->cursor_names())
    if (std::ranges::find(names, name) == names.end() && !name.starts_with(kGonePrefix))
      left.push_back(name);
  auto next = left.begin();
  const auto known = log_->cursor_names();
  for (const auto& name : names) {
    if (next == left.end()) break;
    if (std::ranges::find(known, name) != known.end()) continue;
    logger_.info("disk queue: {} goes on where {} was", name, *next);
    log_->rename_cursor(*next++, name);
  }
  for (; next != left.end(); ++next)
    logger_.warn(
        "disk queue: {} is not configured any more: {} batches that waited for it are not sent",
        *next, log_->cursor(*next)->unread());
  const bool are_new = log_->cursor_names().empty();
  log_->keep_cursors(names);
  // Should the file of cursors be lost, everything is sent once more.
  if (are_new)
    for (const auto& name : names) (void)log_->cursor(name, Log::Begin::oldest);
}

std::shared_ptr<Feeder> DiskStore::make_feeder(const DiskTarget& target) {
  return std::make_shared<Feeder>(
      target.endpoint, log_->cursor(target.name, Log::Begin::end),
      Feeder::Options{target.name, log_->next_sequence(), options_.decode, options_.silence_max},
      metrics_, logger_);
}

DiskStore::Gone DiskStore::set_targets(const DiskTargets& targets) {
  base::Lock lock(order_);  // Nothing is appended between a new cursor and its feeder.
  const Feeders old = feeders();
  Feeders now;
  Gone gone{{}, log_->next_sequence() - 1};
  const auto is_of = [](const DiskTarget& target) {
    return [&target](const auto& feeder) { return feeder->endpoint() == target.endpoint; };
  };
  // Names become free first.
  for (const auto& feeder : old) {
    const auto target = std::ranges::find(targets, feeder->endpoint(), &DiskTarget::endpoint);
    if (target != targets.end() && target->name == feeder->cursor_name()) continue;
    if (target == targets.end()) gone.feeders.push_back(feeder);
    const std::string free = fmt::format("{}{}", kGonePrefix, ++retired_);
    log_->rename_cursor(feeder->cursor_name(), free);
    feeder->set_name(free, /*is_shown=*/false);
  }
  for (const auto& target : targets) {
    const auto kept = std::ranges::find_if(old, is_of(target));
    if (kept == old.end()) {
      now.push_back(make_feeder(target));
      continue;
    }
    if ((*kept)->cursor_name() != target.name) {
      log_->rename_cursor((*kept)->cursor_name(), target.name);
      (*kept)->set_name(target.name, /*is_shown=*/true);
    }
    now.push_back(*kept);
  }
  feeders_.set(std::make_shared<const Feeders>(std::move(now)));
  return gone;
}

void DiskStore::retire(const Gone& gone) {
  for (const auto& feeder : gone.feeders) {
    feeder->retire(gone.through);
    log_->forget_cursor(feeder->cursor_name());
  }
}

base::Result<void> DiskStore::start_feeders() {
  for (const auto& feeder : feeders())
    if (auto started = feeder->start(); !started) return started;
  return {};
}

void DiskStore::release() {
  for (const auto& feeder : feeders()) {
    if (const uint64_t unread = feeder->unread(); unread > 0)
      logger_.info("disk queue: {} batches wait in {} for {} until the next start", unread,
                   options_.folder.string(), feeder->cursor_name());
    feeder->release();
  }
  base::Lock lock(order_);
  transits_.clear();
}

// Appending.

uint64_t DiskStore::reserved(const telemetry::Ack& ack) const {
  return ack.can_read_again() ? bytes_max_ - bytes_max_ / kPartOfWaiting : 0;
}

void DiskStore::note(TransitPtr transit) {
  base::Lock lock(order_);
  transits_.add(std::move(transit));
}

DiskStore::Appended DiskStore::append(const Record& record,
                                      const std::vector<Transits::Lanes>& behind) {
  base::Lock lock(order_);
  Appended result{Append::Status::written};
  if (!behind.empty()) result = store_transits(behind);
  if (result.status == Append::Status::written) result = append(record, To::those_not_given);
  if (record.ack.can_read_again()) return result;
  for (int drops = 0; result.status == Append::Status::full && drops < kDropsMax; ++drops) {
    drop_oldest();
    result = append(record, To::those_not_given);
  }
  return result;
}

DiskStore::Appended DiskStore::store_transits(const std::vector<Transits::Lanes>& of) {
  Appended result{Append::Status::written};
  for (const TransitPtr& transit : transits_.of(of)) {
    const Transit::Unstored unstored = transit->unstored();
    if (unstored.payload == nullptr) continue;
    unstored.payload->encode([&](Pieces pieces) REQUIRES_LOCK(order_) {
      result = append({unstored.payload, pieces, unstored.ack, transit}, To::nobody);
    });
    if (result.status != Append::Status::written) break;
  }
  transits_.sweep();
  return result;
}

DiskStore::Appended DiskStore::append(const Record& record, To to) {
  const auto trailer = Trailer::now();
  std::array<char, sizeof trailer> bytes;
  std::memcpy(bytes.data(), &trailer, sizeof trailer);
  std::vector<std::string_view> pieces(record.pieces.begin(), record.pieces.end());
  pieces.emplace_back(bytes.data(), bytes.size());
  const uint64_t wanted = bytes_of(pieces) + reserved(record.ack);
  if (record.ack.can_read_again() && !log_->has_room(wanted)) return {Append::Status::full, wanted};

  const auto feeders = feeders_.get();
  const auto is_given = [&](const auto& feeder) {
    return to == To::nobody || (record.in_memory && record.in_memory->was_given(feeder->number()));
  };
  const uint64_t sequence = log_->next_sequence();
  acks_.hold(sequence, record.ack);
  for (const auto& feeder : *feeders)
    if (is_given(feeder)) feeder->pass_over(sequence, record.in_memory);
  const auto entries = static_cast<uint32_t>(record.payload->entries());
  using io::segment_log::Urgency;
  const auto urgency = record.ack.is_awaited() ? Urgency::awaited : Urgency::usual;
  const auto status = log_->append(pieces, entries, urgency).status;
  const bool is_written = status == Append::Status::written;
  if (is_written) appended_->add(entries);
  if (!is_written) acks_.take_back();
  if (is_written && record.in_memory) record.in_memory->set_stored();
  for (const auto& feeder : *feeders) {
    if (!is_given(feeder)) {
      if (is_written) feeder->hand_over(sequence, record.payload);
    } else if (is_written) {
      feeder->settle(sequence, record.payload);
    } else {
      feeder->cancel(sequence);
    }
  }
  return {status, wanted};
}

void DiskStore::drop_oldest() {
  const auto all = feeders();
  log_->drop_oldest(
      [&](const io::segment_log::Record& record, std::span<const std::string> unread) {
        for (const auto& feeder : all)
          feeder->count_dropped(record, unread, drop_reason::kDiskFull);
      });
}

}  // namespace components::sink
