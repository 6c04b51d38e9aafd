#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "components/shared/sink/answer.h"
#include "components/shared/sink/lanes.h"
#include "components/shared/sink/metrics.h"
#include "components/shared/sink/settings.h"
#include "components/shared/sink/trouble.h"

namespace components::sink {

/// One thread's way of sending: takes the next request of a lane, tries one part of it once, and
/// puts the lane back. answer.h says which answer leads to what. It has a connection of its own.
class Sender {
 public:
  /// What senders of one endpoint share; outlives them. `done` is called with each request of which
  /// everything was accepted or dropped.
  struct Shared {
    Lanes& lanes;
    Metrics& metrics;
    Trouble& trouble;
    const base::Snapshot<Settings>& settings;
    std::function<void(const LaneId&, std::unique_ptr<Request>)> done;
  };

  Sender(const Shared& shared, Lanes::Kind kind) : shared_(shared), kind_(kind) {}

  /// The thread's body: returns when the lanes give nothing more. `abort` cuts short what is on the
  /// wire.
  void run(const std::stop_token& abort);

 private:
  struct Answer {
    Action action = Action::retry;
    std::string message;  ///< for people
    std::string body;     ///< of a refusal
    std::chrono::seconds retry_after{0};
  };

  Answer attempt(const Lanes::Turn& turn, const std::stop_token& abort);
  void settle(const Lanes::Turn& turn, const Answer& answer, bool is_cut_short);
  void drop(const Lanes::Turn& turn, const Lost& lost, const std::string& message);
  void drop_part(const Lanes::Turn& turn, std::string_view reason, const std::string& message);

  const Shared& shared_;
  const Lanes::Kind kind_;
  SettingsPtr settings_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace components::sink
