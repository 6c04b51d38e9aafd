#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "components/loki/source_syslog/address.h"
#include "components/loki/source_syslog/port.h"

namespace components::loki::source_syslog {
namespace {

/// Room for one read of a connection: a busy one fills it, so it is worth a system call.
constexpr size_t kReadBytes = 64 << 10;
/// Room for the beginning of a message that a connection keeps while it needs none.
constexpr size_t kCarryKept = 1 << 10;
/// Longest message that is not octet-counted, unless max_message_length allows more.
constexpr int64_t kLineBytesMax = 64 << 10;

Origin origin_of(const Plan& plan, const sockaddr_storage& peer, const LabelMaker& labels) {
  return labels.origin(plan.listener.labels, labels.uses_address() ? ip_of(peer) : "",
                       labels.uses_host_name() ? host_name_of(peer) : "");
}

}  // namespace

Framer::Options Plan::framing() const {
  Framer::Options options;
  options.counted_bytes_max = static_cast<size_t>(listener.max_message_length);
  options.line_bytes_max =
      static_cast<size_t>(std::max(kLineBytesMax, listener.max_message_length));
  const bool raw = listener.syslog_format == Format::raw;
  if (raw && listener.raw_format_options &&
      listener.raw_format_options->use_null_terminator_delimiter)
    options.delimiter = '\0';
  return options;
}

Connection::Connection(io::Descriptor fd, io::http::TlsSession session,
                       const sockaddr_storage& peer, std::shared_ptr<const Plan> plan,
                       const LabelMaker& labels)
    : fd_(std::move(fd)),
      session_(std::move(session)),
      peer_(peer),
      plan_(std::move(plan)),
      origin_(origin_of(*plan_, peer_, labels)),
      framer_(plan_->framing()),
      idle_deadline_(Clock::now() + plan_->listener.idle_timeout.value) {}

void Connection::replan(std::shared_ptr<const Plan> plan, const LabelMaker& labels) {
  framer_.set_options(plan->framing());
  plan_ = std::move(plan);
  origin_ = origin_of(*plan_, peer_, labels);
}

ssize_t Connection::read(std::span<char> room) {
  if (!session_) {
    const ssize_t got = ::recv(fd_.get(), room.data(), room.size(), 0);
    if (got > 0) return got;
    return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
  }
  ::ERR_clear_error();
  const int got = ::SSL_read(session_.get(), room.data(), static_cast<int>(room.size()));
  if (got > 0) return got;
  const int reason = ::SSL_get_error(session_.get(), got);
  return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

Watched::Next Connection::ready(Intake& intake, Clock::time_point now) {
  const std::span<char> room = intake.room(carry_.size() + kReadBytes);
  const std::span<char> free = room.subspan(carry_.size());
  const ssize_t got = read(free);
  if (got == 0) return Next::wait;
  std::memcpy(room.data(), carry_.data(), carry_.size());
  const size_t size = carry_.size() + static_cast<size_t>(std::max<ssize_t>(got, 0));
  take_messages(intake, {room.data(), size}, got < 0);
  if (got < 0) return Next::close;
  idle_deadline_ = now + plan_->listener.idle_timeout.value;
  const bool filled = static_cast<size_t>(got) == free.size();
  // A TLS record is at most 16 KiB, and what OpenSSL holds back wakes no epoll.
  return filled || session_ ? Next::again : Next::wait;
}

void Connection::take_messages(Intake& intake, std::string_view bytes, bool at_end) {
  std::string_view rest = bytes, message;
  while (framer_.next(rest, at_end, message) == Framer::Got::message)
    plan_->decoder.add(message, origin_, intake.labels(), intake.batch(), intake.counts());
  intake.counts().truncated += framer_.take_truncated();
  intake.take(bytes.size() - rest.size());
  // Memory that a long message needed is not kept for short ones.
  if (carry_.capacity() > kCarryKept && rest.size() <= kCarryKept) carry_ = {};
  carry_ = rest;
}

void Connection::cut(Intake& intake) {
  const std::span<char> room = intake.room(carry_.size());
  std::memcpy(room.data(), carry_.data(), carry_.size());
  std::string_view rest(room.data(), carry_.size()), message;
  if (framer_.cut(rest, message))
    plan_->decoder.add(message, origin_, intake.labels(), intake.batch(), intake.counts());
  intake.counts().truncated += framer_.take_truncated();
  intake.take(carry_.size());
  carry_ = {};
}

}  // namespace components::loki::source_syslog
