#include "telemetry/wire/pyroscope_push.h"

#include <memory>
#include <utility>

#include "telemetry/wire/proto.h"

namespace telemetry::wire {
namespace {

/// Numbers of fields. A PushRequest is series; one is labels, and samples.
namespace field {
constexpr uint32_t kSeries = 1;
constexpr uint32_t kLabels = 1, kSamples = 2;
constexpr uint32_t kName = 1, kValue = 2;
constexpr uint32_t kBody = 1, kId = 2;
constexpr uint32_t kForm = 15;  ///< of a series, on disk only
constexpr uint32_t kParameter = 1, kContentType = 2;
}  // namespace field

void append_pair(std::string& out, uint32_t tag, std::string_view name, std::string_view value) {
  std::string message;
  append_bytes(message, field::kName, name);
  append_bytes(message, field::kValue, value);
  append_bytes(out, tag, message);
}

std::pair<std::string, std::string> read_pair(ProtoReader& outer) {
  std::pair<std::string, std::string> pair;
  ProtoReader in(outer.bytes());
  bool is_good = outer.ok();
  while (in.next()) switch (in.tag()) {
      case field::kName:
        pair.first = in.bytes();
        break;
      case field::kValue:
        pair.second = in.bytes();
        break;
      default:
        in.skip();
    }
  is_good = is_good && in.ok();
  if (!is_good) pair.first.clear();
  return pair;
}

std::string head_of_series(const Labels& labels) {
  std::string series;
  for (const auto& [name, value] : labels.all()) append_pair(series, field::kLabels, name, value);
  return series;
}

/// The body is copied once: into the request.
void append_series(std::string& out, std::string series, const Profile& profile) {
  std::string sample_head;
  append_bytes(sample_head, field::kId, profile.id);
  const std::string_view body = profile.body ? std::string_view(*profile.body) : "";
  sample_head += field_key(field::kBody, WireType::bytes);
  append_number(sample_head, body.size());
  series += field_key(field::kSamples, WireType::bytes);
  append_number(series, sample_head.size() + body.size());
  series += sample_head;
  out += field_key(field::kSeries, WireType::bytes);
  append_number(out, series.size() + body.size());
  out += series;
  out += body;
}

/// One series; the profiles that it adds have no labels yet.
class SeriesReader {
 public:
  SeriesReader(std::string_view message, bool has_forms)
      : message_(message), has_forms_(has_forms) {}

  /// False: it is damaged.
  bool read(std::vector<Profile>& profiles) {
    const size_t first = profiles.size();
    std::vector<Label> labels;
    std::shared_ptr<const IngestForm> form;
    ProtoReader in(message_);
    while (is_good_ && in.next()) {
      if (in.tag() == field::kLabels) {
        labels.push_back(read_pair(in));
        is_good_ = in.ok() && !labels.back().first.empty() && labels.size() <= kPushLabelsMax;
      } else if (in.tag() == field::kSamples) {
        profiles.push_back(read_sample(in.bytes()));
        is_good_ = is_good_ && profiles.size() <= kPushProfilesMax;
      } else if (in.tag() == field::kForm && has_forms_) {
        form = read_form(in.bytes());
      } else {
        in.skip();
      }
    }
    const Labels frozen(std::move(labels));
    for (size_t i = first; i < profiles.size(); ++i) {
      profiles[i].labels = frozen;
      profiles[i].form = form;
    }
    return is_good_ && in.ok();
  }

 private:
  Profile read_sample(std::string_view message) {
    Profile profile;
    std::string_view body;
    ProtoReader in(message);
    while (in.next()) switch (in.tag()) {
        case field::kBody:
          body = in.bytes();
          break;
        case field::kId:
          profile.id = in.bytes();
          break;
        default:
          in.skip();
      }
    is_good_ = is_good_ && in.ok();
    profile.body = std::make_shared<const std::string>(body);
    return profile;
  }

  std::shared_ptr<const IngestForm> read_form(std::string_view message) {
    auto form = std::make_shared<IngestForm>();
    ProtoReader in(message);
    while (in.next()) switch (in.tag()) {
        case field::kParameter:
          form->parameters.push_back(read_pair(in));
          break;
        case field::kContentType:
          form->content_type = in.bytes();
          break;
        default:
          in.skip();
      }
    is_good_ = is_good_ && in.ok();
    return form;
  }

  const std::string_view message_;
  const bool has_forms_;
  bool is_good_ = true;
};

base::Result<std::vector<Profile>> decode(std::string_view bytes, bool has_forms) {
  std::vector<Profile> profiles;
  ProtoReader in(bytes);
  while (in.next()) {
    if (in.tag() != field::kSeries) {
      in.skip();
      continue;
    }
    if (!SeriesReader(in.bytes(), has_forms).read(profiles))
      return base::fail("a series is damaged, has a label without a name, or too many");
  }
  if (!in.ok()) return base::fail("these bytes are no push.v1.PushRequest");
  return profiles;
}

}  // namespace

void append_push_series(std::string& out, const Labels& labels, const Profile& profile) {
  append_series(out, head_of_series(labels), profile);
}

base::Result<std::vector<Profile>> decode_profile_push(std::string_view request) {
  return decode(request, false);
}

std::string encode_profile_record(const std::vector<Profile>& profiles) {
  std::string out;
  for (const Profile& profile : profiles) {
    std::string series = head_of_series(profile.labels);
    if (profile.form) {
      std::string form;
      for (const auto& [name, value] : profile.form->parameters)
        append_pair(form, field::kParameter, name, value);
      append_bytes(form, field::kContentType, profile.form->content_type);
      append_bytes(series, field::kForm, form);
    }
    append_series(out, std::move(series), profile);
  }
  return out;
}

base::Result<std::vector<Profile>> decode_profile_record(std::string_view record) {
  return decode(record, true);
}

}  // namespace telemetry::wire
