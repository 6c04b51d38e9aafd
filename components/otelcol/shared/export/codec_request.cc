#include <algorithm>
#include <string_view>
#include <utility>

#include "components/otelcol/shared/export/codec.h"
#include "components/shared/sink/metrics.h"
#include "telemetry/otlp/json.h"
#include "telemetry/otlp/request.h"
#include "telemetry/wire/proto.h"

namespace components::otelcol {

namespace otlp = telemetry::otlp;
namespace wire = telemetry::wire;
using telemetry::OtlpSlice;

void ExportRequest::reset() {
  HalvingRequest::reset();
  slices_.clear();
  items_ = 0;
  bytes_ = 0;
}

void ExportRequest::add(OtlpSlice slice, uint64_t bytes, const ExportSettingsPtr& settings) {
  if (slices_.empty()) settings_ = settings;
  added({slice.items, bytes});
  items_ += slice.items;
  bytes_ += bytes;
  slices_.push_back(std::move(slice));
}

/// Bytes are shared out evenly, so that the parts have as many as the whole.
sink::Amount ExportRequest::amount_of(const Part& part) const {
  const auto bytes_before = [this](size_t item) {
    return items_ == 0 ? 0 : bytes_ * item / items_;
  };
  return {part.size(), bytes_before(part.end) - bytes_before(part.begin)};
}

std::vector<OtlpSlice> ExportRequest::slices_of(const Part& part) const {
  if (part.size() == items_) return slices_;
  std::deque<OtlpSlice> rest(slices_.begin(), slices_.end());
  otlp::take_items(settings_->signal, rest, part.begin);
  return otlp::take_items(settings_->signal, rest, part.size());
}

std::string ExportRequest::encode(const Part& part) {
  const auto slices = slices_of(part);
  std::vector<std::string_view> pieces;
  for (const OtlpSlice& slice : slices) pieces.push_back(slice.bytes);
  if (!settings_->is_json) return wire::encode_body(settings_->coding, pieces);
  const std::string whole = wire::encode_body(wire::Coding::none, pieces);
  const std::string json = otlp::json_of(otlp::request_of(settings_->signal), whole);
  const std::string_view piece = json;
  return wire::encode_body(settings_->coding, {&piece, 1});
}

io::http::Headers ExportRequest::body_headers() const {
  io::http::Headers headers{
      {"Content-Type", settings_->is_json ? "application/json" : "application/x-protobuf"}};
  if (const auto name = wire::name_of(settings_->coding); !name.empty())
    headers.push_back({"Content-Encoding", std::string(name)});
  return headers;
}

std::optional<sink::Lost> ExportRequest::rejected_by(std::string_view answer) const {
  base::Result<std::string> response = std::string(answer);
  if (settings_->is_json)
    response = otlp::request_of_json(otlp::response_of(settings_->signal), answer);
  if (!response) return std::nullopt;
  uint64_t rejected = 0;
  wire::ProtoReader in(*response);
  while (in.next()) {
    if (in.tag() != 1) {
      in.skip();
      continue;
    }
    wire::ProtoReader partial(in.bytes());
    while (partial.next())
      if (partial.tag() == 1)
        rejected = partial.varint();
      else
        partial.skip();
    if (!partial.ok()) return std::nullopt;
  }
  if (!in.ok() || static_cast<int64_t>(rejected) <= 0) return std::nullopt;
  const Part part = current();
  const uint64_t lost = std::min<uint64_t>(rejected, part.size());
  return sink::Lost{sink::drop_reason::kIngesterError,
                    amount_of({part.begin, part.begin + static_cast<size_t>(lost)})};
}

}  // namespace components::otelcol
