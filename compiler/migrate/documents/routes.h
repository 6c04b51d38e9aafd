#pragma once
#include "compiler/migrate/documents/gatherer.h"

/// What matches on the labels of alerts: routes and inhibitions of Alertmanager, notification
/// policies of Grafana, silences.
namespace compiler::migrate::documents {

/// `route` of a configuration, with inhibit_rules beside it. Also as an AlertmanagerConfig resource
/// spells it.
bool is_alertmanager(const Value& value);
void gather_alertmanager(const Value& configuration, Gatherer& out);

/// {policies: [...]} of a provisioning file, or one policy as the API gives it.
bool is_policies(const Value& value);
void gather_policies(const Value& value, Gatherer& out);

bool is_silence(const Value& value);
void gather_silence(const Value& silence, Gatherer& out);

}  // namespace compiler::migrate::documents
