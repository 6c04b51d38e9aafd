#include "components/pyroscope/write/write_codec.h"

#include <algorithm>

#include "io/http/url.h"
#include "telemetry/wire/pyroscope_push.h"

namespace components::pyroscope::write {

using telemetry::Labels;
using telemetry::Profile;

namespace {

const std::string kPushLane;
const std::string kPostLane(kIngestLane);

const std::string& lane_of(const Profile& profile) {
  return profile.form ? kPostLane : kPushLane;
}

/// As the queue counts it.
sink::Amount amount_of_profile(const Profile& profile) {
  return {1, kProfileBytes + profile.bytes()};
}

/// A batch on its way to one endpoint. Its profiles are shared by all endpoints.
class ProfilesBatch final : public sink::Batch {
 public:
  ProfilesBatch(std::shared_ptr<const ProfilePayload> of, bool with_push, bool with_posted)
      : payload(std::move(of)), has_push(with_push), has_posted(with_posted) {
    sink::Share push{kPushLane, {}}, posted{kPostLane, {}};
    for (const Profile& profile : payload->profiles)
      (profile.form ? posted : push).amount += amount_of_profile(profile);
    if (has_push && push.amount.entries > 0) shares.push_back(std::move(push));
    if (has_posted && posted.amount.entries > 0) shares.push_back(std::move(posted));
  }
  bool has(const Profile& profile) const { return profile.form ? has_posted : has_push; }

  const std::shared_ptr<const ProfilePayload> payload;
  const bool has_push, has_posted;
};

}  // namespace

void ProfilePayload::encode(const Use& use) const {
  const std::string record = telemetry::wire::encode_profile_record(profiles);
  const std::string_view piece = record;
  use({&piece, 1});
}

base::Result<sink::PayloadPtr> decode_profile_payload(std::string record) {
  auto profiles = telemetry::wire::decode_profile_record(record);
  if (!profiles) return tl::unexpected(profiles.error());
  return std::make_shared<const ProfilePayload>(std::move(*profiles));
}

void ProfileRequest::reset() {
  HalvingRequest::reset();
  entries_.clear();
}

void ProfileRequest::add(const Profile& profile, Labels labels, sink::Amount amount) {
  added(amount);
  entries_.push_back({profile, amount});
  entries_.back().profile.labels = std::move(labels);
  is_own = is_own && profile.form == nullptr;
}

sink::Amount ProfileRequest::amount_of(const Part& part) const {
  sink::Amount amount;
  for (size_t i = part.begin; i < part.end; ++i) amount += entries_[i].amount;
  return amount;
}

std::string ProfileRequest::target(const std::string& base) const {
  std::string target = base.substr(0, base.find('?'));
  while (target.ends_with('/')) target.pop_back();
  if (!is_posted()) return target + "/push.v1.PusherService/Push";
  const Profile& profile = entries_.front().profile;
  target += "/ingest?name=" + io::http::percent_encoded(ingest_name(profile.labels));
  for (const auto& [name, value] : profile.form->parameters)
    target += '&' + io::http::percent_encoded(name) + '=' + io::http::percent_encoded(value);
  return target;
}

io::http::Headers ProfileRequest::body_headers() const {
  if (!is_posted() || entries_.front().profile.form->content_type.empty()) return {};
  return {{"Content-Type", entries_.front().profile.form->content_type}};
}

std::string ProfileRequest::encode(const Part& part) {
  if (is_posted()) return *entries_.front().profile.body;
  std::string request;
  for (size_t i = part.begin; i < part.end; ++i)
    telemetry::wire::append_push_series(request, entries_[i].profile.labels, entries_[i].profile);
  return request;
}

void WriteCodec::use(sink::SettingsPtr settings) {
  settings_ = std::static_pointer_cast<const Settings>(std::move(settings));
}

std::unique_ptr<sink::Request> WriteCodec::make_request() {
  return std::make_unique<ProfileRequest>();
}

void WriteCodec::place(const sink::Batch& batch, sink::Batcher& batcher) {
  const auto& mine = static_cast<const ProfilesBatch&>(batch);
  for (const Profile& profile : mine.payload->profiles) {
    if (!mine.has(profile)) continue;
    const sink::Amount amount = amount_of_profile(profile);
    const bool is_posted = profile.form != nullptr;
    auto labels = settings_->labels_of(profile.labels, is_posted);
    if (!labels) {
      batcher.drop(lane_of(profile), drop_reason::kInvalidLabels, amount);
      continue;
    }
    sink::Batcher::Open& open = batcher.open(lane_of(profile), 0);
    const bool is_alone = is_posted && open.request && open.request->total().entries > 0;
    auto& request = static_cast<ProfileRequest&>(
        batcher.request(open, is_alone ? settings_->request_bytes_max : amount.bytes));
    request.add(profile, std::move(*labels), amount);
    batcher.hold(open, batch.ack);
  }
}

sink::BatchPtr WriteCodec::route(const sink::PayloadPtr& payload, const sink::Settings&) const {
  return std::make_unique<ProfilesBatch>(std::static_pointer_cast<const ProfilePayload>(payload),
                                         true, true);
}

sink::BatchPtr WriteCodec::without(const sink::Batch& batch,
                                   const std::vector<sink::Share>& lanes) const {
  const auto& mine = static_cast<const ProfilesBatch&>(batch);
  const auto stays = [&](const std::string& lane) {
    return std::ranges::none_of(lanes, [&](const sink::Share& gone) { return gone.lane == lane; });
  };
  auto rest = std::make_unique<ProfilesBatch>(mine.payload, mine.has_push && stays(kPushLane),
                                              mine.has_posted && stays(kPostLane));
  rest->ack = mine.ack;
  rest->stop = mine.stop;
  return rest;
}

}  // namespace components::pyroscope::write
