// time, timex.
#include <sys/timex.h>

#include <chrono>
#include <ctime>

#include "components/prometheus/exporter_unix/collectors/collector.h"

namespace components::prometheus::exporter_unix::collectors {
namespace {

bool collect_time(Scrape& scrape) {
  const auto now = std::chrono::system_clock::now();
  scrape.out.single("node_", "time_seconds", kGauge, "System time in seconds since epoch (1970).",
                    std::chrono::duration<double>(now.time_since_epoch()).count());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  scrape.out.family("node_", "time_zone_offset_seconds", kGauge,
                    "System time zone offset in seconds.");
  scrape.out.sample(static_cast<double>(local.tm_gmtoff), {{"time_zone", local.tm_zone}});

  constexpr std::string_view kFolder = "devices/system/clocksource";
  std::vector<std::string> devices;
  for (const std::string& name : scrape.sys.list(scrape.names, kFolder))
    if (name.starts_with("clocksource")) devices.push_back(name.substr(11));
  if (devices.empty()) return false;
  for (const std::string_view kind : {"available", "current"}) {
    const bool is_current = kind == "current";
    scrape.out.family("node_time_clocksource_", std::string(kind) + "_info", kGauge,
                      is_current ? "Current clocksource read from "
                                   "'/sys/devices/system/clocksource'."
                                 : "Available clocksources read from "
                                   "'/sys/devices/system/clocksource'.");
    for (const std::string& device : devices) {
      auto text = scrape.sys.text(kFolder, "/clocksource", device, "/", kind, "_clocksource");
      while (text && !text->empty()) {
        const std::string_view source = next_word(*text);
        if (!source.empty()) scrape.out.sample(1, {{"device", device}, {"clocksource", source}});
      }
    }
  }
  return true;
}

bool collect_timex(Scrape& scrape) {
  timex clock{};
  const int state = ::adjtimex(&clock);
  if (state < 0) return false;  // Docker's seccomp profile refuses it.
  const double fraction = clock.status & STA_NANO ? 1e9 : 1e6;
  constexpr double kMicro = 1e6;
  constexpr double kPpm = 65536e6;  // Parts per million with a binary fraction of 16 bits.
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    scrape.out.single("node_timex_", name, kGauge, help, value);
  };
  const auto counter = [&](std::string_view name, std::string_view help, long value) {
    scrape.out.single("node_timex_", name, kCounter, help, static_cast<double>(value));
  };
  gauge("sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).",
        state != TIME_ERROR);
  gauge("offset_seconds", "Time offset in between local system and reference clock.",
        static_cast<double>(clock.offset) / fraction);
  gauge("frequency_adjustment_ratio", "Local clock frequency adjustment.",
        1 + static_cast<double>(clock.freq) / kPpm);
  gauge("maxerror_seconds", "Maximum error in seconds.",
        static_cast<double>(clock.maxerror) / kMicro);
  gauge("estimated_error_seconds", "Estimated error in seconds.",
        static_cast<double>(clock.esterror) / kMicro);
  gauge("status", "Value of the status array bits.", clock.status);
  gauge("loop_time_constant", "Phase-locked loop time constant.",
        static_cast<double>(clock.constant));
  gauge("tick_seconds", "Seconds between clock ticks.", static_cast<double>(clock.tick) / kMicro);
  gauge("pps_frequency_hertz", "Pulse per second frequency.",
        static_cast<double>(clock.ppsfreq) / kPpm);
  gauge("pps_jitter_seconds", "Pulse per second jitter.",
        static_cast<double>(clock.jitter) / fraction);
  gauge("pps_shift_seconds", "Pulse per second interval duration.", clock.shift);
  gauge("pps_stability_hertz", "Pulse per second stability, average of recent frequency changes.",
        static_cast<double>(clock.stabil) / kPpm);
  counter("pps_jitter_total", "Pulse per second count of jitter limit exceeded events.",
          clock.jitcnt);
  counter("pps_calibration_total", "Pulse per second count of calibration intervals.",
          clock.calcnt);
  counter("pps_error_total", "Pulse per second count of calibration errors.", clock.errcnt);
  counter("pps_stability_exceeded_total",
          "Pulse per second count of stability limit exceeded events.", clock.stbcnt);
  gauge("tai_offset_seconds", "International Atomic Time (TAI) offset.", clock.tai);
  return true;
}

constexpr CollectorKind kTimeKinds[] = {{"time", stateless<collect_time>},
                                        {"timex", stateless<collect_timex>}};

}  // namespace

std::span<const CollectorKind> time_collectors() {
  return kTimeKinds;
}

}  // namespace components::prometheus::exporter_unix::collectors
