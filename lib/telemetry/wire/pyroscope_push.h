#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "telemetry/profile_batch.h"

/// The message that profiles are pushed with, push.v1.PushRequest of Pyroscope:
///
///     PushRequest   1 series*
///     series        1 label*   2 sample*   (15 form, on disk only)
///     label         1 name     2 value
///     sample        1 raw profile          2 ID
///     form          1 parameter (a label)* 2 Content-Type
namespace telemetry::wire {

/// More of either are refused: a sample of nothing takes two bytes on the wire, and a hundred
/// here.
inline constexpr size_t kPushProfilesMax = 1 << 16;
inline constexpr size_t kPushLabelsMax = 256;  ///< of a series

/// Appends a series with one profile, under these labels. Series in a row are a request.
void append_push_series(std::string& out, const Labels& labels, const Profile& profile);

/// The profiles of a request: one for each sample of its series, in order. Fails, with what is
/// wrong, for other bytes.
base::Result<std::vector<Profile>> decode_profile_push(std::string_view request);

/// What a log on disk that holds such records calls them: "ROF1".
inline constexpr uint32_t kProfileRecordKind = 0x31464f52;

/// For a queue on disk: the same message, with what a profile has that is not pushed in a field
/// that PushRequest does not know. From the network that field is not believed.
std::string encode_profile_record(const std::vector<Profile>& profiles);
base::Result<std::vector<Profile>> decode_profile_record(std::string_view record);

}  // namespace telemetry::wire
