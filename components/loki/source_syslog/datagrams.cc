#include "components/loki/source_syslog/datagrams.h"

#include <linux/sock_diag.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "io/socket.h"

namespace components::loki::source_syslog {
namespace {

constexpr size_t kSlots = 32;

/// The kernel's count of datagrams that it threw away, which comes with a datagram.
std::optional<uint32_t> overflow_count(msghdr& header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
    uint32_t count = 0;
    std::memcpy(&count, CMSG_DATA(c), sizeof count);
    return count;
  }
  return std::nullopt;
}

/// The same count when no datagram is read; `known` when it cannot be had.
uint32_t drops_of(int fd, uint32_t known) {
  uint32_t counts[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof counts;
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, counts, &size) != 0) return known;
  return counts[SK_MEMINFO_DROPS];
}

/// "123 <13>": takes the count off a datagram that has one.
std::string_view without_count(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9') ++at;
  if (at == 0 || at == bytes.size() || bytes[at] != ' ') return bytes;
  std::string_view message = bytes.substr(at + 1);
  return take_priority(message) >= 0 ? bytes.substr(at + 1) : bytes;
}

}  // namespace

/// Where recvmmsg(2) puts up to kSlots datagrams in one call.
struct Datagrams::Slots {
  explicit Slots(size_t bytes) : slot_bytes(bytes), data(kSlots * bytes) { arm(); }

  /// The kernel writes lengths back, so they are set before each call.
  void arm() {
    for (size_t i = 0; i < kSlots; ++i) {
      pieces[i] = {data.data() + i * slot_bytes, slot_bytes};
      msghdr& header = headers[i].msg_hdr;
      header = {};
      header.msg_name = &peers[i];
      header.msg_namelen = sizeof peers[i];
      header.msg_iov = &pieces[i];
      header.msg_iovlen = 1;
      header.msg_control = controls[i].data();
      header.msg_controllen = controls[i].size();
    }
  }

  const size_t slot_bytes;
  std::vector<char> data;
  std::array<iovec, kSlots> pieces{};
  std::array<sockaddr_storage, kSlots> peers{};
  alignas(cmsghdr) std::array<std::array<char, CMSG_SPACE(sizeof(uint32_t))>, kSlots> controls{};
  std::array<mmsghdr, kSlots> headers{};
};

Datagrams::Datagrams(base::Descriptor fd, std::shared_ptr<const Plan> plan,
                     const base::metrics::Scope& metrics, const telemetry::Flow& flow)
    : fd_(std::move(fd)),
      kernel_drops_(drops_of(fd_.get(), 0)),  // A socket that was taken over has a past.
      flow_(flow) {
  dropped_by_address_ =
      metrics.counter("loki_source_syslog_udp_dropped_total",
                      "Datagrams that the kernel threw away because its buffer was full.",
                      {{"address", plan->listener.address.text}});
  replan(std::move(plan));
}

Datagrams::~Datagrams() {
  if (fd_) count_drops();
}

base::Descriptor Datagrams::take_socket() {
  count_drops();
  return std::move(fd_);
}

void Datagrams::count_drops() {
  count_drops(drops_of(fd_.get(), kernel_drops_));
}

void Datagrams::count_drops(uint32_t drops) {
  // A datagram brings the number of when it came: the socket may have been asked since. The number
  // wraps around.
  const auto more = static_cast<int32_t>(drops - kernel_drops_);
  if (more <= 0) return;
  kernel_drops_ = drops;
  dropped_by_address_->add(static_cast<uint64_t>(more));
  dropped_->add(static_cast<uint64_t>(more));
  flow_.receive(static_cast<uint64_t>(more));
}

void Datagrams::replan(std::shared_ptr<const Plan> plan) {
  plan_ = std::move(plan);
  senders_.clear();
  slots_ = std::make_unique<Slots>(static_cast<size_t>(plan_->listener.max_message_length));
}

Next Datagrams::ready(Intake& intake, LabelMaker& labels, Lookups& lookups, Clock::time_point now) {
  slots_->arm();
  const int count = ::recvmmsg(fd_.get(), slots_->headers.data(), kSlots, MSG_DONTWAIT, nullptr);
  if (count <= 0) return Next::wait;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    msghdr& header = slots_->headers[i].msg_hdr;
    if (const auto drops = overflow_count(header)) count_drops(*drops);
    if (header.msg_flags & MSG_TRUNC) ++intake.counts().truncated;
    const std::string_view bytes(slots_->data.data() + i * slots_->slot_bytes,
                                 slots_->headers[i].msg_len);
    std::string ip = labels.uses_address() ? io::ip_of(slots_->peers[i]) : "";
    const bool is_new = !senders_.contains(ip);
    const Origin* origin = find_origin(ip, labels, lookups);
    if (origin && is_new && !held_.empty()) {  // What it sent before comes first.
      release(intake, labels, lookups, now);
      origin = find_origin(ip, labels, lookups);
    }
    if (origin) {
      take_datagram(intake, labels, bytes, *origin);
    } else if (held_bytes_ + bytes.size() > kHeldBytesMax) {
      take_datagram(intake, labels, bytes, labels.origin(plan_->listener.labels, ip, ""));
    } else {
      held_bytes_ += bytes.size();
      held_.push_back({std::move(ip), std::string(bytes), now});
    }
  }
  return count == kSlots ? Next::again : Next::wait;
}

void Datagrams::release(Intake& intake, LabelMaker& labels, Lookups& lookups,
                        Clock::time_point now) {
  for (auto held = held_.begin(); held != held_.end();) {
    const Origin* origin = find_origin(held->ip, labels, lookups);
    if (!origin && now < held->since + kNamePatience) {
      ++held;
      continue;
    }
    if (!origin) origin = &keep_origin(held->ip, "", false, labels);
    take_datagram(intake, labels, held->bytes, *origin);
    held_bytes_ -= held->bytes.size();
    held = held_.erase(held);
  }
}

Clock::time_point Datagrams::release_deadline() const {
  return held_.empty() ? Clock::time_point::max() : held_.front().since + kNamePatience;
}

/// A datagram is one message, line feeds and all (RFC 5426 3.1): what a line of it begins with is
/// the sender's text, and nobody who can write a text makes a message of his own of it.
void Datagrams::take_datagram(Intake& intake, LabelMaker& labels, std::string_view bytes,
                              const Origin& origin) {
  intake.note_datagrams();
  const std::span<char> room = intake.room(bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  const std::string_view message = without_count({room.data(), bytes.size()});
  intake.take(bytes.size());
  plan_->decoder.add(message, origin, labels, intake.batch(), intake.counts());
}

void Datagrams::renew_names() {
  std::erase_if(senders_, [](const auto& sender) { return !sender.second.is_final; });
}

const Origin* Datagrams::find_origin(const std::string& ip, const LabelMaker& labels,
                                     Lookups& lookups) {
  if (const auto known = senders_.find(ip); known != senders_.end()) return &known->second.origin;
  if (!labels.uses_host_name()) return &keep_origin(ip, "", true, labels);
  const auto name = lookups.name_of(ip);
  if (!name) return nullptr;
  return &keep_origin(ip, name->empty() ? "" : name->front(), true, labels);
}

const Origin& Datagrams::keep_origin(const std::string& ip, const std::string& name, bool is_final,
                                     const LabelMaker& labels) {
  if (senders_.size() >= static_cast<size_t>(plan_->listener.udp_host_cache_size)) senders_.clear();
  Sender sender{labels.origin(plan_->listener.labels, ip, name), is_final};
  return senders_.insert_or_assign(ip, std::move(sender)).first->second.origin;
}

}  // namespace components::loki::source_syslog
