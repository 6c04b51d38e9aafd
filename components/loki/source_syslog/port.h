#pragma once
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/framer.h"
#include "components/loki/source_syslog/intake.h"
#include "components/loki/source_syslog/signature.h"
#include "io/descriptor.h"
#include "io/http/tls_context.h"

namespace components::loki::source_syslog {

using Clock = std::chrono::steady_clock;

/// How one listener treats what it receives; made anew when its arguments change.
struct Plan {
  explicit Plan(const Listener& arguments) : listener(arguments), decoder(listener) {}
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const Listener listener;
  const Decoder decoder;  // Refers to listener.
  Framer::Options framing() const;
};

/// A descriptor in the event loop.
class Watched {
 public:
  virtual ~Watched() = default;
  virtual int fd() const = 0;
  enum class Next {
    wait,   ///< nothing more to read now
    again,  ///< there may be more at once
    close,  ///< done with it
  };
  /// Takes in what there is, a bounded amount.
  virtual Next ready(Intake& intake, Clock::time_point now) = 0;
  /// New arguments or rules: label sets are made anew.
  virtual void replan(std::shared_ptr<const Plan> plan, const LabelMaker& labels) = 0;
  /// When it wants to be closed for being silent.
  virtual Clock::time_point idle_deadline() const { return Clock::time_point::max(); }
};

/// One TCP or TLS connection of a sender.
class Connection final : public Watched {
 public:
  Connection(io::Descriptor fd, io::http::TlsSession session, const sockaddr_storage& peer,
             std::shared_ptr<const Plan> plan, const LabelMaker& labels);

  int fd() const override { return fd_.get(); }
  Next ready(Intake& intake, Clock::time_point now) override;
  void replan(std::shared_ptr<const Plan> plan, const LabelMaker& labels) override;
  Clock::time_point idle_deadline() const override { return idle_deadline_; }
  /// Bytes of a message whose end was not received yet.
  size_t carried() const { return carry_.size(); }
  /// Takes them as a cut message, because there is no memory to wait for its end.
  void cut(Intake& intake);

 private:
  /// Bytes read; 0: nothing now; -1: the end.
  ssize_t read(std::span<char> room);
  void take_messages(Intake& intake, std::string_view bytes, bool at_end);

  const io::Descriptor fd_;
  const io::http::TlsSession session_;  // Before fd_ goes.
  const sockaddr_storage peer_;
  std::shared_ptr<const Plan> plan_;
  Origin origin_;
  Framer framer_;
  std::string carry_;  // The beginning of a message whose end was not received yet.
  Clock::time_point idle_deadline_;
};

/// A bound UDP socket.
class Datagrams final : public Watched {
 public:
  Datagrams(io::Descriptor fd, std::shared_ptr<const Plan> plan, const LabelMaker& labels,
            const base::metrics::Scope& metrics);

  int fd() const override { return fd_.get(); }
  Next ready(Intake& intake, Clock::time_point now) override;
  void replan(std::shared_ptr<const Plan> plan, const LabelMaker& labels) override;

 private:
  struct Slots;
  void take_datagram(Intake& intake, std::string_view bytes, const Origin& origin);
  const Origin& origin_of(const sockaddr_storage& peer, const LabelMaker& labels);

  const io::Descriptor fd_;
  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<Slots, void (*)(Slots*)> slots_;
  std::map<std::string, Origin, std::less<>> origins_;  // By address; "" when rules ignore it.
  uint32_t kernel_drops_ = 0;                           // As the kernel counts them.
  std::shared_ptr<base::metrics::Counter> dropped_;
};

}  // namespace components::loki::source_syslog
