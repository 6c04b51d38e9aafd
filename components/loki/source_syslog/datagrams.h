#pragma once
#include <sys/socket.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/metrics.h"
#include "components/loki/source_syslog/decoder.h"
#include "components/loki/source_syslog/intake.h"
#include "components/loki/source_syslog/label_maker.h"
#include "components/loki/source_syslog/lookups.h"
#include "telemetry/flow.h"

namespace components::loki::source_syslog {

/// How long messages wait for the host name of their sender.
constexpr std::chrono::seconds kNamePatience{5};

/// A bound UDP socket. The event loop's thread only.
///
/// While the host name of a sender is being looked up, its datagrams are held, in order: at most
/// kHeldBytesMax of all senders, and for kNamePatience. Without a name by then they go without one.
class Datagrams {
 public:
  static constexpr size_t kHeldBytesMax = 1 << 20;

  Datagrams(base::Descriptor fd, std::shared_ptr<const Plan> plan,
            const base::metrics::Scope& metrics, const telemetry::Flow& flow);
  ~Datagrams();

  int fd() const { return fd_.get(); }
  /// Reads what there is, a bounded number of datagrams.
  Next ready(Intake& intake, LabelMaker& labels, Lookups& lookups, Clock::time_point now);
  /// New arguments or rules, from the next datagram on.
  void replan(std::shared_ptr<const Plan> plan);
  /// Host names were found: asks again for those that were not known in time.
  void renew_names();

  /// Takes held datagrams whose senders have a name by now, or that waited long enough.
  void release(Intake& intake, LabelMaker& labels, Lookups& lookups, Clock::time_point now);
  /// When held datagrams have waited long enough.
  Clock::time_point release_deadline() const;

  /// The socket, for another component. This object is of no use any more.
  base::Descriptor take_socket();
  /// Adds what the kernel threw away since the last call to the metric. Reading does so, too.
  void count_drops();

 private:
  struct Slots;
  struct Held {
    std::string ip;
    std::string bytes;
    Clock::time_point since;
  };
  /// `drops`: the kernel's count now.
  void count_drops(uint32_t drops);
  void take_datagram(Intake& intake, LabelMaker& labels, std::string_view bytes,
                     const Origin& origin);
  /// nullptr while the sender's name is being looked up.
  const Origin* find_origin(const std::string& ip, const LabelMaker& labels, Lookups& lookups);
  const Origin& keep_origin(const std::string& ip, const std::string& name, bool is_final,
                            const LabelMaker& labels);

  base::Descriptor fd_;
  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<Slots> slots_;
  struct Sender {
    Origin origin;
    bool is_final = true;  // Its name is known, or not needed.
  };
  std::map<std::string, Sender, std::less<>> senders_;  // By address; "" when rules ignore it.
  std::deque<Held> held_;
  size_t held_bytes_ = 0;
  uint32_t kernel_drops_ = 0;  // As the kernel counts them.
  std::shared_ptr<base::metrics::Counter> dropped_by_address_;
  const telemetry::Flow flow_;
  const telemetry::Flow::Counter dropped_ = flow_.dropped("receive_buffer_full");
};

}  // namespace components::loki::source_syslog
