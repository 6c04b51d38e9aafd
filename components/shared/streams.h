#pragma once
#include <any>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/rule/signature.h"
#include "components/shared/trial.h"
#include "river/schema/types.h"

namespace telemetry {
class LabelTracker;
}

namespace components {

/// A label with one of these values, for the rules of a source to read.
struct SourceField {
  std::string_view name;
  std::vector<std::string_view> values;
};

/// A label by whose values rules tell entries apart; it may be absent.
struct KindLabel {
  std::string_view name;
  std::string_view suffix;  ///< what all of its values end in, such as ".service"
};

/// Entries that a source makes, and their labels when its relabel rules run. Of attributes that can
/// be known in part only the names are here.
struct SourceStreams {
  /// pushed: others send entries, with whatever labels they have.
  enum class Medium { containers, files, journal, syslog, pushed };
  Medium medium;
  std::string listener;  ///< the address that they arrive at; empty: not by the network

  /// Each entry has the labels of one of these; nullptr: the source has no targets.
  const river::schema::Targets* targets = nullptr;
  std::string_view needed_label;  ///< targets without it are not read
  std::string_view path_label;    ///< what leaves the source as the label `filename`

  /// The attribute with labels for every entry, in the block `labels_block` number
  /// `labels_block_index`; without a name of a block: of the component. Empty: there is none.
  std::string_view labels_attribute;
  std::string_view labels_block;
  size_t labels_block_index = 0;
  bool has_job = false;  ///< the label `job` is the component's id

  /// Labels that begin so are made of what is received; any text, or absent.
  std::string_view field_prefix;
  std::vector<SourceField> fields;  ///< those of which more is known
  std::vector<KindLabel> kinds;
  std::vector<std::string> only;  ///< values of kinds[0], if no others are read

  RelabelRulesRef rules;
  bool rules_drop = true;
  std::vector<LogsReceiver> forward_to;

  /// Makes entries of what arrives, rules and all, for a component with this id; for `cfgc test`.
  /// Empty: cases have no such source. It refers to the arguments.
  std::function<Receive(const std::string& component_id)> receive = {};
};

/// How a component takes part in streams: what its arguments say of labels. The hook `streams` of a
/// signature makes it, so that `cfgc migrate` works out the streams of a configuration that it does
/// not run, `cfgc test` runs cases on it, and neither knows a component by its name. Pointers are
/// into the arguments.
struct Streams {
  std::vector<SourceStreams> sources;

  /// It exports targets: those of `targets`, or those of the host's containers, changed by `rules`.
  bool finds_containers = false;
  const river::schema::Targets* targets = nullptr;

  /// Relabel rules for targets or entries, exported as `rules`. nullptr: none.
  const std::vector<RuleArguments>* rules = nullptr;

  /// It exports a receiver: entries go through `rules`, then `change`, and on to `forward_to`.
  bool receives = false;
  std::function<void(telemetry::LabelTracker& labels)> change;
  /// Runs the same on entries, for `cfgc test`; empty where `rules` are all there is. It refers to
  /// the arguments.
  std::function<std::unique_ptr<Trial>()> trial = {};
  std::vector<LogsReceiver> forward_to;
  /// Entries leave for a backend, with the labels of this attribute where they have none.
  bool is_backend = false;
  std::string_view external_labels;
  /// Its blocks with an address each, and the attributes of address and tenant there.
  std::string_view backend_block, address_attribute, tenant_attribute;
};

}  // namespace components
