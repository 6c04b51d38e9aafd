#pragma once
#include "components/loki/process/stages/kind.h"

/// The kinds of stage whose arguments only their own source knows; the others are declared in the
/// headers of what their sources share (labels.h, limit.h, match.h, metrics.h, pattern.h).
namespace components::loki::process::stages {

struct CriArgs;
extern const StageKindOf<CriArgs> kCri;
struct DecolorizeArgs;
extern const StageKindOf<DecolorizeArgs> kDecolorize;
struct DockerArgs;
extern const StageKindOf<DockerArgs> kDocker;
struct DropArgs;
extern const StageKindOf<DropArgs> kDrop;
struct EventLogMessageArgs;
extern const StageKindOf<EventLogMessageArgs> kEventLogMessage;
struct GeoipArgs;
extern const StageKindOf<GeoipArgs> kGeoip;
struct JsonArgs;
extern const StageKindOf<JsonArgs> kJson;
struct LabelDropArgs;
extern const StageKindOf<LabelDropArgs> kLabelDrop;
struct LabelKeepArgs;
extern const StageKindOf<LabelKeepArgs> kLabelKeep;
struct LogfmtArgs;
extern const StageKindOf<LogfmtArgs> kLogfmt;
struct LuhnArgs;
extern const StageKindOf<LuhnArgs> kLuhn;
struct MultilineArgs;
extern const StageKindOf<MultilineArgs> kMultiline;
struct OutputArgs;
extern const StageKindOf<OutputArgs> kOutput;
struct PackArgs;
extern const StageKindOf<PackArgs> kPack;
struct RegexArgs;
extern const StageKindOf<RegexArgs> kRegex;
struct ReplaceArgs;
extern const StageKindOf<ReplaceArgs> kReplace;
struct SamplingArgs;
extern const StageKindOf<SamplingArgs> kSampling;
struct SplitJsonArgs;
extern const StageKindOf<SplitJsonArgs> kSplitJson;
struct StaticLabelsArgs;
extern const StageKindOf<StaticLabelsArgs> kStaticLabels;
struct StructuredMetadataArgs;
extern const StageKindOf<StructuredMetadataArgs> kStructuredMetadata;
struct StructuredMetadataDropArgs;
extern const StageKindOf<StructuredMetadataDropArgs> kStructuredMetadataDrop;
struct TemplateArgs;
extern const StageKindOf<TemplateArgs> kTemplate;
struct TenantArgs;
extern const StageKindOf<TenantArgs> kTenant;
struct TimestampArgs;
extern const StageKindOf<TimestampArgs> kTimestamp;
struct TruncateArgs;
extern const StageKindOf<TruncateArgs> kTruncate;
struct WindowsEventArgs;
extern const StageKindOf<WindowsEventArgs> kWindowsEvent;

}  // namespace components::loki::process::stages
