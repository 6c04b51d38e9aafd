#include "components/loki/source_syslog/connection.h"

#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace components::loki::source_syslog {
namespace {

/// Room for one read of a connection: a busy one fills it, so it is worth a system call.
constexpr size_t kReadBytes = 64 << 10;
/// Room for the beginning of a message that a connection keeps while it needs none.
constexpr size_t kCarryKept = 1 << 10;

}  // namespace

Connection::Connection(base::Descriptor fd, io::tls::Session session,
                       std::shared_ptr<const Plan> plan, Origin origin)
    : fd_(std::move(fd)),
      session_(std::move(session)),
      plan_(std::move(plan)),
      origin_(std::move(origin)),
      framer_(plan_->framing()),
      idle_deadline_(Clock::now() + plan_->listener.idle_timeout.value) {}

void Connection::replan(std::shared_ptr<const Plan> plan, Origin origin) {
  framer_.set_options(plan->framing());
  plan_ = std::move(plan);
  origin_ = std::move(origin);
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

Next Connection::ready(Intake& intake, LabelMaker& labels, Clock::time_point now) {
  const std::span<char> room = intake.room(carry_.size() + kReadBytes);
  const std::span<char> free = room.subspan(carry_.size());
  const ssize_t got = read(free);
  if (got == 0) return Next::wait;
  std::memcpy(room.data(), carry_.data(), carry_.size());
  const size_t size = carry_.size() + static_cast<size_t>(std::max<ssize_t>(got, 0));
  take_messages(intake, labels, {room.data(), size}, got < 0);
  if (got < 0) return Next::close;
  renew_deadline(now);
  const bool filled = static_cast<size_t>(got) == free.size();
  // A TLS record is at most 16 KiB, and what OpenSSL holds back wakes no epoll.
  return filled || session_ ? Next::again : Next::wait;
}

void Connection::take_messages(Intake& intake, LabelMaker& labels, std::string_view bytes,
                               bool at_end) {
  std::string_view rest = bytes, message;
  while (framer_.next(rest, at_end, message) == Framer::Got::message)
    plan_->decoder.add(message, origin_, labels, intake.batch(), intake.counts());
  intake.counts().truncated += framer_.take_truncated();
  intake.take(bytes.size() - rest.size());
  // Memory that a long message needed is not kept for short ones.
  if (carry_.capacity() > kCarryKept && rest.size() <= kCarryKept) carry_ = {};
  carry_ = rest;
}

/// As whole messages at the end, else as the beginning of one.
void Connection::take_carried(Intake& intake, LabelMaker& labels, bool at_end) {
  if (carry_.empty()) return;
  const std::span<char> room = intake.room(carry_.size());
  std::memcpy(room.data(), carry_.data(), carry_.size());
  const std::string_view carried(room.data(), carry_.size());
  if (at_end) return take_messages(intake, labels, carried, true);
  std::string_view rest = carried, message;
  if (framer_.cut(rest, message))
    plan_->decoder.add(message, origin_, labels, intake.batch(), intake.counts());
  intake.counts().truncated += framer_.take_truncated();
  intake.take(carried.size());
  carry_ = {};
}

}  // namespace components::loki::source_syslog
