#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/clustering/signature.h"
#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

/// pyroscope.scrape asks targets for their profiles, again and again.
namespace components::pyroscope::scrape {

enum class Scheme { http, https };

/// One kind of profile. `delta`: the target measures for a time that the request says.
struct ProfileArguments {
  bool enabled = true;
  std::string path;
  bool delta = false;
};

enum class Kind {
  memory,
  block,
  goroutine,
  mutex,
  process_cpu,
  fgprof,
  godeltaprof_memory,
  godeltaprof_mutex,
  godeltaprof_block
};

/// What holds of a kind without its block, and of what the block leaves out.
ProfileArguments default_of(Kind kind);

template <Kind kKind>
struct ProfileOf : ProfileArguments {
  ProfileOf() : ProfileArguments(default_of(kKind)) {}
};

struct ProfilingArguments {
  ProfileOf<Kind::memory> memory;
  ProfileOf<Kind::block> block;
  ProfileOf<Kind::goroutine> goroutine;
  ProfileOf<Kind::mutex> mutex;
  ProfileOf<Kind::process_cpu> process_cpu;
  ProfileOf<Kind::fgprof> fgprof;
  ProfileOf<Kind::godeltaprof_memory> godeltaprof_memory;
  ProfileOf<Kind::godeltaprof_mutex> godeltaprof_mutex;
  ProfileOf<Kind::godeltaprof_block> godeltaprof_block;
  std::string path_prefix;

  struct Named {
    std::string_view name;  ///< the `__name__` of its profiles
    const ProfileArguments& profile;
  };
  std::vector<Named> enabled() const;
};

struct Arguments {
  river::schema::Targets targets;
  std::vector<ProfilesReceiver> forward_to;
  std::string job_name;
  std::map<std::string, std::vector<std::string>> params;
  river::schema::Duration scrape_interval = std::chrono::seconds(15);
  river::schema::Duration scrape_timeout = std::chrono::seconds(10);
  Scheme scheme = Scheme::http;
  river::schema::Duration delta_profiling_duration = std::chrono::seconds(14);
  HttpClientArguments http;
  ProfilingArguments profiling_config;
  std::optional<ClusteringArguments> clustering;

  /// How long a target measures: delta_profiling_duration when it is set, else as long as the
  /// interval leaves.
  std::chrono::seconds measured() const;
};

extern const river::schema::Signature kSignature;

}  // namespace components::pyroscope::scrape

namespace river::schema {
template <>
inline constexpr EnumName<components::pyroscope::scrape::Scheme>
    kEnumNames<components::pyroscope::scrape::Scheme>[] = {
        {"http", components::pyroscope::scrape::Scheme::http},
        {"https", components::pyroscope::scrape::Scheme::https},
};
}  // namespace river::schema
