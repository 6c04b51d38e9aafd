#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "telemetry/batch.h"
#include "telemetry/labels.h"

namespace telemetry {

/// How a profile came that is not a pprof by itself: what a POST to /ingest says of its body.
struct IngestForm {
  /// Parameters of the query in order, decoded, without `name`, which became labels.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string content_type;  ///< "": none was sent
};

/// What one profiler has seen of one process in one interval. Which interval, and what is counted,
/// the body says itself (pprof/reader.h), or the form does. The bytes are shared and immutable.
struct Profile {
  /// With `__name__`, the kind of the profile ("process_cpu"), and mostly `service_name`.
  Labels labels;
  /// A pprof, compressed by gzip or not; with a form, what the form says.
  std::shared_ptr<const std::string> body;
  std::shared_ptr<const IngestForm> form;  ///< null: a pprof
  std::string id;                          ///< a UUID that the sender gave it; "": none

  size_t bytes() const { return body ? body->size() : 0; }
};

/// Profiles on their way to a backend: nothing on it takes them apart. Whoever holds a batch owns
/// it.
struct ProfileBatch : BatchHead {
  std::vector<Profile> profiles;

  size_t count() const { return profiles.size(); }
  /// Memory of the bodies, and some for the rest of each.
  size_t bytes() const {
    constexpr size_t kProfileBytes = 256;
    size_t sum = 0;
    for (const Profile& profile : profiles) sum += kProfileBytes + profile.bytes();
    return sum;
  }
};

using ProfileReceiver = Receiver<ProfileBatch>;

}  // namespace telemetry
