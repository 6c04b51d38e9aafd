#include "components/pyroscope/ebpf/signature.h"

namespace components::pyroscope::ebpf {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr int64_t kRateMax = 10000;
constexpr std::chrono::seconds kIntervalMin{1};

template <auto Member>
constexpr schema::Field optional(std::string_view name, std::string_view doc) {
  return schema::attr<Member>(name, Need::optional, doc);
}

constexpr std::string_view kInterpreter = "Without effect: scripts are shown as their interpreter.";
constexpr std::string_view kBpf = "Without effect: no BPF program is loaded.";
constexpr std::string_view kDeprecated = "Deprecated, without effect.";

constexpr schema::Field kDebugInfoFields[] = {
    optional<&DebugInfoArguments::on_target_symbolization>(
        "on_target_symbolization", "Whether names are found on the host; it must be true."),
    optional<&DebugInfoArguments::upload>("upload", "Not supported."),
    optional<&DebugInfoArguments::cache_size>("cache_size", "Of uploads: without effect."),
    optional<&DebugInfoArguments::strip_text_section>("strip_text_section",
                                                      "Of uploads: without effect."),
    optional<&DebugInfoArguments::queue_size>("queue_size", "Of uploads: without effect."),
    optional<&DebugInfoArguments::worker_num>("worker_num", "Of uploads: without effect."),
};
constexpr schema::BlockSchema kDebugInfo = schema::schema_of(kDebugInfoFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the profiles."),
    optional<&Arguments::targets>(
        "targets",
        "Which processes: by __process_pid__, by the container's id or by __systemd_unit__."),
    optional<&Arguments::collect_interval>("collect_interval", "What one profile covers."),
    optional<&Arguments::sample_rate>("sample_rate", "Samples a second on each CPU."),
    optional<&Arguments::python_enabled>("python_enabled", kInterpreter),
    optional<&Arguments::perl_enabled>("perl_enabled", kInterpreter),
    optional<&Arguments::php_enabled>("php_enabled", kInterpreter),
    optional<&Arguments::hotspot_enabled>(
        "hotspot_enabled", "Without effect: Java is named by perf maps, where a JVM writes them."),
    optional<&Arguments::ruby_enabled>("ruby_enabled", kInterpreter),
    optional<&Arguments::v8_enabled>(
        "v8_enabled", "Without effect: Node.js is named by perf maps (--perf-basic-prof)."),
    optional<&Arguments::dotnet_enabled>(
        "dotnet_enabled", "Without effect: .NET is named by perf maps (DOTNET_PerfMapEnabled)."),
    optional<&Arguments::go_enabled>("go_enabled", "Without effect: Go is always named."),
    optional<&Arguments::demangle>("demangle",
                                   "Names of C++ and Rust: none, simplified, "
                                   "templates or full."),
    optional<&Arguments::off_cpu_threshold>("off_cpu_threshold",
                                            "Profiles of waiting: not supported, it must be 0."),
    optional<&Arguments::bpf_fs_root>("bpf_fs_root", kBpf),
    optional<&Arguments::obi_process_context_enabled>("obi_process_context_enabled", kBpf),
    optional<&Arguments::load_probe>("load_probe", "Not supported, it must be false."),
    optional<&Arguments::probe_links>("probe_links", "Not supported, it must be empty."),
    optional<&Arguments::verbose_mode>("verbose_mode", kBpf),
    optional<&Arguments::lazy_mode>("lazy_mode", "Start sampling only when there is a target."),
    optional<&Arguments::no_kernel_version_check>("no_kernel_version_check", kBpf),
    optional<&Arguments::pid_cache_size>("pid_cache_size", kDeprecated),
    optional<&Arguments::build_id_cache_size>("build_id_cache_size", kDeprecated),
    optional<&Arguments::same_file_cache_size>("same_file_cache_size", kDeprecated),
    optional<&Arguments::cache_rounds>("cache_rounds", kDeprecated),
    optional<&Arguments::go_table_fallback>("go_table_fallback", kDeprecated),
    optional<&Arguments::symbols_map_size>("symbols_map_size", kDeprecated),
    optional<&Arguments::pid_map_size>("pid_map_size", kDeprecated),
    optional<&Arguments::collect_user_profile>("collect_user_profile", kDeprecated),
    optional<&Arguments::collect_kernel_profile>("collect_kernel_profile", kDeprecated),
    optional<&Arguments::container_id_cache_size>("container_id_cache_size", kDeprecated),
    optional<&Arguments::u_probe_links>("u_probe_links", "Not supported, it must be empty."),
    optional<&Arguments::targets_only>(
        "targets_only", "false: processes that are no target's go out as ebpf/unspecified."),
    optional<&Arguments::symb_cache_path>("symb_cache_path",
                                          "Without effect: names are not kept on disk."),
    optional<&Arguments::symb_cache_size>("symb_cache_size",
                                          "Without effect: names are not kept on disk."),
    optional<&Arguments::reporter_unsymbolized_stubs>("reporter_unsymbolized_stubs", kBpf),
    optional<&Arguments::pid_label>("pid_label", "Whether samples have the label pid."),
    optional<&Arguments::comm>("comm",
                               "The name of the thread on samples: not supported, it must "
                               "be none."),
    optional<&Arguments::kernel_frames>("kernel_frames", "Whether kernel frames are kept."),
    schema::block<&Arguments::debug_info>("debug_info", Need::optional,
                                          "Uploads of debug information.", kDebugInfo),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (scope.known("sample_rate") && (arguments.sample_rate < 1 || arguments.sample_rate > kRateMax))
    scope.error("sample_rate", "C088", "sample_rate must be from 1 to {}, it is {}", kRateMax,
                arguments.sample_rate);
  if (scope.known("collect_interval") && arguments.collect_interval.value < kIntervalMin)
    scope.error("collect_interval", "C088", "collect_interval must be at least 1s");
  const auto& how = arguments.demangle;
  if (scope.known("demangle") && how != "none" && how != "simplified" && how != "templates" &&
      how != "full")
    scope.error("demangle", "C088", "demangle must be none, simplified, templates or full");
  const auto refuse = [&](std::string_view name, bool is_used, std::string_view why) {
    if (scope.known(name) && is_used)
      scope.error(name, "C090", "\"{}\" is not supported: {}", name, why);
  };
  refuse("off_cpu_threshold", arguments.off_cpu_threshold != 0, "only CPU time is sampled");
  refuse("load_probe", arguments.load_probe, "no BPF program is loaded");
  refuse("probe_links", !arguments.probe_links.empty(), "no BPF program is loaded");
  refuse("u_probe_links", !arguments.u_probe_links.empty(), "no BPF program is loaded");
  refuse("comm", arguments.comm != "none", "names of threads are not on samples");
  if (scope.known("debug_info") && arguments.debug_info.upload)
    scope.error("debug_info", "C090", "\"upload\" is not supported: names are found on the host");
  if (scope.known("debug_info") && !arguments.debug_info.on_target_symbolization)
    scope.error("debug_info", "C090",
                "profiles without names are not supported: leave on_target_symbolization true");
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "pyroscope.ebpf",
    .doc = "Takes profiles of the CPU time of this host's processes, by perf events.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::pyroscope::ebpf
