#include "compiler/cases/station.h"

#include <fmt/format.h>

#include <algorithm>

#include "telemetry/text.h"

namespace compiler::cases {

using telemetry::Entry;
using telemetry::LogBatch;

Network::Station::Station(const river::config::Node& node, std::shared_ptr<void> arguments,
                          components::Streams streams, CountedRules rules, TextMap external,
                          Notes notes)
    : node_(node),
      arguments_(std::move(arguments)),
      streams_(std::move(streams)),
      rules_(std::move(rules)),
      external_(std::move(external)),
      notes_(notes) {
  if (!streams_.trial) return;
  trial_ = streams_.trial();
  first_step_ = notes_.coverage.add(node);
}

void Network::Station::begin_case(int64_t now_ns) {
  if (trial_) trial_->begin_case(now_ns);
  drops_noted_ = 0;
}

void Network::Station::receive(LogBatch batch) {
  if (!rules_.single.empty()) relabel(batch);
  if (trial_) {
    batch = trial_->process(std::move(batch));
    note_steps();
  }
  send(std::move(batch));
}

void Network::Station::flush() {
  if (!trial_) return;
  LogBatch batch = trial_->flush();
  note_steps();
  send(std::move(batch));
}

/// As loki.relabel does: each label set once; without labels an entry is dropped.
void Network::Station::relabel(LogBatch& batch) {
  std::vector<Loss> losses(batch.label_sets.size());
  for (size_t i = 0; i < batch.label_sets.size(); ++i) {
    telemetry::LabelsBuilder labels(batch.label_sets[i]);
    const auto dropped = rules_.apply(labels);
    batch.label_sets[i] = dropped ? telemetry::Labels() : labels.build();
    if (dropped)
      losses[i] = {node_.id + ": rule", notes_.coverage.step(rules_.steps[*dropped]).place};
    else
      losses[i] = {node_.id + ": no label is left", {}};
  }
  std::erase_if(batch.entries, [&](const Entry& entry) {
    if (!batch.labels(entry).empty()) return false;
    notes_.outcome.lost.push_back(losses[entry.labels]);
    return true;
  });
}

void Network::Station::note_steps() {
  const auto& counts = trial_->steps();
  for (size_t i = 0; i < counts.size(); ++i) {
    Step& step = notes_.coverage.step(first_step_ + i);
    step.is_reached |= counts[i].reached > 0;
    step.has_effect |= counts[i].has_effect;
  }
  const auto& dropped = trial_->dropped_by();
  for (; drops_noted_ < dropped.size(); ++drops_noted_) {
    const Step& step = notes_.coverage.step(first_step_ + dropped[drops_noted_]);
    notes_.outcome.lost.push_back({step.what, step.place});
  }
}

void Network::Station::send(LogBatch batch) {
  if (batch.entries.empty()) return;
  if (is_end())
    for (const Entry& entry : batch.entries) arrive(batch, entry);
  else
    for (const components::LogsReceiver& next : streams_.forward_to)
      if (next.pointer) next.pointer->receive(batch);
}

/// An entry leaves: external labels are added, and labels for use within the agent stay.
void Network::Station::arrive(const LogBatch& batch, const Entry& entry) {
  Arrived out;
  out.backend = node_.id;
  out.labels = external_;
  for (const auto& [name, value] : batch.labels(entry).all())
    if (name == "__tenant_id__")
      out.tenant = value;
    else if (!telemetry::is_internal_label(name))
      out.labels[name] = value;
  if (out.labels.empty()) {
    notes_.outcome.lost.push_back({node_.id + ": it has no labels, so no backend takes it", {}});
    return;
  }
  for (const auto& pair : batch.metadata_of(entry))
    out.metadata[std::string(batch.text(pair.name))] = batch.text(pair.value);
  out.line = batch.line(entry);
  out.timestamp_ns = entry.timestamp_ns;
  notes_.outcome.arrived.push_back(std::move(out));
}

}  // namespace compiler::cases
