#pragma once
#include <array>
#include <variant>

#include "components/loki/process/cri/signature.h"
#include "components/loki/process/decolorize/signature.h"
#include "components/loki/process/docker/signature.h"
#include "components/loki/process/drop/signature.h"
#include "components/loki/process/eventlogmessage/signature.h"
#include "components/loki/process/geoip/signature.h"
#include "components/loki/process/json/signature.h"
#include "components/loki/process/label_drop/signature.h"
#include "components/loki/process/label_keep/signature.h"
#include "components/loki/process/labels/signature.h"
#include "components/loki/process/limit/signature.h"
#include "components/loki/process/logfmt/signature.h"
#include "components/loki/process/luhn/signature.h"
#include "components/loki/process/match/signature.h"
#include "components/loki/process/metrics/signature.h"
#include "components/loki/process/multiline/signature.h"
#include "components/loki/process/output/signature.h"
#include "components/loki/process/pack/signature.h"
#include "components/loki/process/pattern/signature.h"
#include "components/loki/process/regex/signature.h"
#include "components/loki/process/replace/signature.h"
#include "components/loki/process/sampling/signature.h"
#include "components/loki/process/split_json/signature.h"
#include "components/loki/process/static_labels/signature.h"
#include "components/loki/process/structured_metadata/signature.h"
#include "components/loki/process/structured_metadata_drop/signature.h"
#include "components/loki/process/template_/signature.h"
#include "components/loki/process/tenant/signature.h"
#include "components/loki/process/timestamp/signature.h"
#include "components/loki/process/truncate/signature.h"
#include "components/loki/process/windowsevent/signature.h"

namespace components::loki::process {

using AnyStageArgs =
    std::variant<cri::Args, decolorize::Args, docker::Args, drop::Args, eventlogmessage::Args,
                 geoip::Args, json::Args, label_drop::Args, label_keep::Args, labels::Args,
                 limit::Args, logfmt::Args, luhn::Args, match::Args, metrics::Args, multiline::Args,
                 output::Args, pack::Args, pattern::Args, regex::Args, replace::Args,
                 sampling::Args, split_json::Args, static_labels::Args, structured_metadata::Args,
                 structured_metadata_drop::Args, template_::Args, tenant::Args, timestamp::Args,
                 truncate::Args, windowsevent::Args>;

/// The arguments of one stage, whichever it is. (A struct, so that stage.match can hold stages.)
struct StageArgs : AnyStageArgs {
  using AnyStageArgs::AnyStageArgs;
};

/// The `stage.*` blocks of a struct that holds them in `Member`: loki.process and stage.match.
template <auto Member>
constexpr auto stage_fields() {
  using river::schema::variant_block;
  return std::array{
      variant_block<Member, cri::Args>("stage.cri", cri::kDoc, cri::kSchema),
      variant_block<Member, decolorize::Args>("stage.decolorize", decolorize::kDoc,
                                              decolorize::kSchema),
      variant_block<Member, docker::Args>("stage.docker", docker::kDoc, docker::kSchema),
      variant_block<Member, drop::Args>("stage.drop", drop::kDoc, drop::kSchema),
      variant_block<Member, eventlogmessage::Args>("stage.eventlogmessage", eventlogmessage::kDoc,
                                                   eventlogmessage::kSchema),
      variant_block<Member, geoip::Args>("stage.geoip", geoip::kDoc, geoip::kSchema),
      variant_block<Member, json::Args>("stage.json", json::kDoc, json::kSchema),
      variant_block<Member, label_drop::Args>("stage.label_drop", label_drop::kDoc,
                                              label_drop::kSchema),
      variant_block<Member, label_keep::Args>("stage.label_keep", label_keep::kDoc,
                                              label_keep::kSchema),
      variant_block<Member, labels::Args>("stage.labels", labels::kDoc, labels::kSchema),
      variant_block<Member, limit::Args>("stage.limit", limit::kDoc, limit::kSchema),
      variant_block<Member, logfmt::Args>("stage.logfmt", logfmt::kDoc, logfmt::kSchema),
      variant_block<Member, luhn::Args>("stage.luhn", luhn::kDoc, luhn::kSchema),
      variant_block<Member, match::Args>("stage.match", match::kDoc, match::kSchema),
      variant_block<Member, metrics::Args>("stage.metrics", metrics::kDoc, metrics::kSchema),
      variant_block<Member, multiline::Args>("stage.multiline", multiline::kDoc,
                                             multiline::kSchema),
      variant_block<Member, output::Args>("stage.output", output::kDoc, output::kSchema),
      variant_block<Member, pack::Args>("stage.pack", pack::kDoc, pack::kSchema),
      variant_block<Member, pattern::Args>("stage.pattern", pattern::kDoc, pattern::kSchema),
      variant_block<Member, regex::Args>("stage.regex", regex::kDoc, regex::kSchema),
      variant_block<Member, replace::Args>("stage.replace", replace::kDoc, replace::kSchema),
      variant_block<Member, sampling::Args>("stage.sampling", sampling::kDoc, sampling::kSchema),
      variant_block<Member, split_json::Args>("stage.split_json", split_json::kDoc,
                                              split_json::kSchema),
      variant_block<Member, static_labels::Args>("stage.static_labels", static_labels::kDoc,
                                                 static_labels::kSchema),
      variant_block<Member, structured_metadata::Args>(
          "stage.structured_metadata", structured_metadata::kDoc, structured_metadata::kSchema),
      variant_block<Member, structured_metadata_drop::Args>("stage.structured_metadata_drop",
                                                            structured_metadata_drop::kDoc,
                                                            structured_metadata_drop::kSchema),
      variant_block<Member, template_::Args>("stage.template", template_::kDoc, template_::kSchema),
      variant_block<Member, tenant::Args>("stage.tenant", tenant::kDoc, tenant::kSchema),
      variant_block<Member, timestamp::Args>("stage.timestamp", timestamp::kDoc,
                                             timestamp::kSchema),
      variant_block<Member, truncate::Args>("stage.truncate", truncate::kDoc, truncate::kSchema),
      variant_block<Member, windowsevent::Args>("stage.windowsevent", windowsevent::kDoc,
                                                windowsevent::kSchema),
  };
}

}  // namespace components::loki::process
