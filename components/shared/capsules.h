#pragma once
#include "river/schema/codec.h"

namespace telemetry {
struct LogBatch;
struct OtlpBatch;
struct ProfileBatch;
struct SampleBatch;
template <class Batch>
class Receiver;
namespace relabel {
struct Rule;
}
}  // namespace telemetry

namespace components {

using RelabelRules = std::vector<telemetry::relabel::Rule>;

}  // namespace components

namespace river::schema {
template <>
inline constexpr std::string_view kCapsuleName<telemetry::Receiver<telemetry::LogBatch>> =
    "LogsReceiver";
template <>
inline constexpr std::string_view kCapsuleName<telemetry::Receiver<telemetry::SampleBatch>> =
    "MetricsReceiver";
template <>
inline constexpr std::string_view kCapsuleName<telemetry::Receiver<telemetry::OtlpBatch>> =
    "otelcol.Consumer";
template <>
inline constexpr std::string_view kCapsuleName<telemetry::Receiver<telemetry::ProfileBatch>> =
    "ProfilesReceiver";
template <>
inline constexpr std::string_view kCapsuleName<const components::RelabelRules> = "RelabelRules";
}  // namespace river::schema

namespace components {

/// `forward_to` of loki components, and their `receiver` export.
using LogsReceiver = river::schema::CapsuleRef<telemetry::Receiver<telemetry::LogBatch>>;
/// `forward_to` of prometheus components, and their `receiver` export.
using MetricsReceiver = river::schema::CapsuleRef<telemetry::Receiver<telemetry::SampleBatch>>;
/// `output` of otelcol components, and their `input` export.
using OtelConsumer = river::schema::CapsuleRef<telemetry::Receiver<telemetry::OtlpBatch>>;
/// `forward_to` of pyroscope components, and their `receiver` export.
using ProfilesReceiver = river::schema::CapsuleRef<telemetry::Receiver<telemetry::ProfileBatch>>;
/// `relabel_rules` arguments, and the `rules` export of loki.relabel and discovery.relabel.
using RelabelRulesRef = river::schema::CapsuleRef<const RelabelRules>;

}  // namespace components
