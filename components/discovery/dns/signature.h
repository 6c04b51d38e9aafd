#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "river/schema/field.h"

/// discovery.dns finds targets in the records of names.
namespace components::discovery::dns {

enum class RecordType { a, aaaa, srv, mx, ns };

struct Arguments {
  std::vector<std::string> names;
  river::schema::Duration refresh_interval = std::chrono::seconds(30);
  RecordType type = RecordType::srv;
  int64_t port = 0;
};

struct Exports {
  river::schema::Targets targets;
};

extern const river::schema::Signature kSignature;

}  // namespace components::discovery::dns

namespace river::schema {
template <>
inline constexpr EnumName<components::discovery::dns::RecordType>
    kEnumNames<components::discovery::dns::RecordType>[] = {
        {"SRV", components::discovery::dns::RecordType::srv},
        {"A", components::discovery::dns::RecordType::a},
        {"AAAA", components::discovery::dns::RecordType::aaaa},
        {"MX", components::discovery::dns::RecordType::mx},
        {"NS", components::discovery::dns::RecordType::ns},
        {"srv", components::discovery::dns::RecordType::srv},
        {"a", components::discovery::dns::RecordType::a},
        {"aaaa", components::discovery::dns::RecordType::aaaa},
        {"mx", components::discovery::dns::RecordType::mx},
        {"ns", components::discovery::dns::RecordType::ns},
};
}  // namespace river::schema
