#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "compiler/yaml/yaml.h"

namespace compiler::host {

/// What cfgc reads of a host's variables. One table drives the check of keys and types, the JSON
/// Schema and nothing else needs to list them.
enum class KeyType {
  boolean,
  text,
  text_list,
  switch_or_list,  ///< a boolean, or a list of texts
  text_map,        ///< values are text
  port_range,      ///< [first, last]
  variable,        ///< name of an environment variable
  secret,          ///< must be a !vault value
  map,             ///< of `keys`
  map_list,        ///< a list of maps of `keys`
};

struct Key {
  std::string_view name;
  KeyType type;
  std::string_view doc;
  std::span<const Key> keys = {};
  bool required = false;
  std::span<const std::string_view> one_of = {};  ///< allowed values of text
  std::string_view instead = {};  ///< the key that says the same where other roles own this name
};

/// services, deployment_environment, syslog_format, telemetry.
std::span<const Key> host_keys();

/// The suffix of variables that give a service its syslog port.
inline constexpr std::string_view kSyslogPortSuffix = "_syslog_port";

/// The ports that services may name when telemetry.syslog.port_range is not given.
inline constexpr uint16_t kSyslogPortFirst = 51400;
inline constexpr uint16_t kSyslogPortLast = 51499;

/// Checks a value against its key: wrong types, unknown keys (with a suggestion), missing ones.
/// True when nothing was reported.
bool check_value(const yaml::Node& value, const Key& key, river::diag::Diagnostics& diagnostics);

/// `value`, a map of `keys`, with what Jinja would put in the place of secrets closed: secrets are
/// never written, so `password: "{{ vault_password }}"` needs no vault to be open.
const yaml::Node* with_closed_secrets(const yaml::Node& value, std::span<const Key> keys,
                                      base::Arena& arena);

/// JSON Schema (draft 2020-12) of a host_vars file, for editors.
std::string json_schema();

}  // namespace compiler::host
