#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "river/schema/types.h"
#include "telemetry/log_batch.h"

/// A component's own code on entries, without its I/O, threads and life: what `cfgc test` runs.
namespace components {

/// One thing that a source receives. Which parts it looks at depends on its kind.
struct Arrival {
  std::string_view text;                     ///< a line; of syslog the bytes of its messages
  std::span<const telemetry::Label> fields;  ///< of a journal entry
  /// Of containers and files: what their lines belong to; never nullptr then.
  const river::schema::Target* target = nullptr;
  std::string_view path;    ///< of the file
  bool is_stderr = false;   ///< of a container
  std::string_view sender;  ///< the address that it comes from
  int64_t time_ns = 0;      ///< when it is received
};

/// Adds the entries that the source makes of it. One thread.
using Receive = std::function<void(const Arrival&, telemetry::LogBatch&)>;

/// What happened at one of the steps that a component's configuration writes, such as a stage.
struct StepCount {
  uint64_t reached = 0;  ///< batches with at least one entry
  /// Some entry was changed or dropped, or a value was taken from it.
  bool has_effect = false;
};

/// Takes entries through the steps of a component. One thread.
class Trial {
 public:
  virtual ~Trial() = default;
  virtual telemetry::LogBatch process(telemetry::LogBatch batch) = 0;
  /// What steps still hold and can go on as it is.
  virtual telemetry::LogBatch flush() = 0;
  /// Forgets what steps remember of the entries so far. For the steps it is `now_ns` all the time.
  virtual void begin_case(int64_t now_ns) = 0;
  /// By the order in which the steps are written, those within others after them.
  virtual const std::vector<StepCount>& steps() const = 0;
  /// The step of each entry that was dropped since begin_case().
  virtual const std::vector<size_t>& dropped_by() const = 0;
};

}  // namespace components
