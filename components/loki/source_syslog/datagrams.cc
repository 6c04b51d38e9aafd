#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "components/loki/source_syslog/address.h"
#include "components/loki/source_syslog/port.h"

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

/// "123 <": takes the count off a datagram that has one.
std::string_view without_count(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9') ++at;
  const bool counted = at > 0 && bytes.substr(at).starts_with(" <");
  return counted ? bytes.substr(at + 1) : bytes;
}

/// Start of the next message within a datagram: a line that begins with a priority.
size_t next_message(std::string_view bytes) {
  for (size_t at = 0; (at = bytes.find("\n<", at)) != bytes.npos; ++at)
    if (at + 2 < bytes.size() && bytes[at + 2] >= '0' && bytes[at + 2] <= '9') return at + 1;
  return bytes.npos;
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

Datagrams::Datagrams(io::Descriptor fd, std::shared_ptr<const Plan> plan, const LabelMaker& labels,
                     const base::metrics::Scope& metrics)
    : fd_(std::move(fd)), slots_(nullptr, [](Slots* slots) { delete slots; }) {
  dropped_ = metrics.counter("loki_source_syslog_udp_dropped_total",
                             "Datagrams that the kernel threw away because its buffer was full.",
                             {{"address", plan->listener.address.text}});
  replan(std::move(plan), labels);
}

void Datagrams::replan(std::shared_ptr<const Plan> plan, const LabelMaker&) {
  plan_ = std::move(plan);
  origins_.clear();
  slots_.reset(new Slots(static_cast<size_t>(plan_->listener.max_message_length)));
}

Watched::Next Datagrams::ready(Intake& intake, Clock::time_point) {
  slots_->arm();
  const int count = ::recvmmsg(fd_.get(), slots_->headers.data(), kSlots, MSG_DONTWAIT, nullptr);
  if (count <= 0) return Next::wait;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    msghdr& header = slots_->headers[i].msg_hdr;
    if (const auto drops = overflow_count(header))
      dropped_->add(*drops - std::exchange(kernel_drops_, *drops));
    if (header.msg_flags & MSG_TRUNC) ++intake.counts().truncated;
    take_datagram(intake,
                  {slots_->data.data() + i * slots_->slot_bytes, slots_->headers[i].msg_len},
                  origin_of(slots_->peers[i], intake.labels()));
  }
  return count == kSlots ? Next::again : Next::wait;
}

/// A datagram is one message, line feeds and all, or several that begin with a priority each.
void Datagrams::take_datagram(Intake& intake, std::string_view bytes, const Origin& origin) {
  const std::span<char> room = intake.room(bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  std::string_view rest = without_count({room.data(), bytes.size()});
  intake.take(bytes.size());
  while (!rest.empty()) {
    const size_t next = std::min(next_message(rest), rest.size());
    plan_->decoder.add(rest.substr(0, next), origin, intake.labels(), intake.batch(),
                       intake.counts());
    rest.remove_prefix(next);
  }
}

const Origin& Datagrams::origin_of(const sockaddr_storage& peer, const LabelMaker& labels) {
  const std::string ip = labels.uses_address() ? ip_of(peer) : "";
  if (const auto known = origins_.find(ip); known != origins_.end()) return known->second;
  if (origins_.size() >= static_cast<size_t>(plan_->listener.udp_host_cache_size)) origins_.clear();
  const std::string name = labels.uses_host_name() ? host_name_of(peer) : "";
  return origins_.emplace(ip, labels.origin(plan_->listener.labels, ip, name)).first->second;
}

}  // namespace components::loki::source_syslog
