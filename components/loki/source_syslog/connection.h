#pragma once
#include <sys/socket.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/intake.h"
#include "components/loki/source_syslog/label_maker.h"
#include "io/tls/context.h"

namespace components::loki::source_syslog {

/// One TCP or TLS connection of a sender. The event loop's thread only.
class Connection {
 public:
  Connection(base::Descriptor fd, io::tls::Session session, std::shared_ptr<const Plan> plan,
             Origin origin);

  int fd() const { return fd_.get(); }
  /// Reads once and takes the messages in what was received.
  Next ready(Intake& intake, LabelMaker& labels, Clock::time_point now);
  /// New arguments, rules or name of the sender, from the next message on.
  void replan(std::shared_ptr<const Plan> plan, Origin origin);
  /// When it is to be closed for being silent.
  Clock::time_point idle_deadline() const { return idle_deadline_; }
  /// As if something had been received now.
  void renew_deadline(Clock::time_point now) {
    idle_deadline_ = now + plan_->listener.idle_timeout.value;
  }

  /// Bytes of a message whose end was not received yet.
  size_t carried() const { return carry_.size(); }
  /// Takes them as a cut message, because there is no memory to wait for its end.
  void cut(Intake& intake, LabelMaker& labels) { take_carried(intake, labels, false); }
  /// Takes them as a message: nothing more is read.
  void finish(Intake& intake, LabelMaker& labels) { take_carried(intake, labels, true); }

 private:
  /// Bytes read; 0: nothing now; -1: the end.
  ssize_t read(std::span<char> room);
  void take_carried(Intake& intake, LabelMaker& labels, bool at_end);
  void take_messages(Intake& intake, LabelMaker& labels, std::string_view bytes, bool at_end);

  const base::Descriptor fd_;
  const io::tls::Session session_;  // Before fd_ goes.
  std::shared_ptr<const Plan> plan_;
  Origin origin_;
  Framer framer_;
  std::string carry_;  // The beginning of a message whose end was not received yet.
  Clock::time_point idle_deadline_;
};

}  // namespace components::loki::source_syslog
