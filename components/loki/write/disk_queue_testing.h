#pragma once
#include <atomic>
#include <cerrno>
#include <memory>
#include <vector>

#include "components/loki/write/log_payload.h"
#include "components/loki/write/testing.h"
#include "components/shared/sink/disk_queue.h"
#include "tests/support/folder.h"

namespace components::loki::write::testing {

using Source = Ack::Source;

/// What a test changes of a disk while a log uses it.
struct DiskFault {
  std::atomic<int> error{0};

  io::segment_log::Disk disk() {
    io::segment_log::Disk disk;
    disk.writev = [this](int fd, const iovec* pieces, int count) -> ssize_t {
      errno = error;
      return error == 0 ? ::writev(fd, pieces, count) : -1;
    };
    return disk;
  }
};

/// A disk queue in front of endpoints, whose member order is their life.
struct QueueRig {
  support::Folder folder;
  base::metrics::Registry registry;
  Fates fates;
  DiskFault fault;
  sink::DiskOptions options;
  std::vector<std::shared_ptr<sink::Member>> endpoints;
  std::unique_ptr<sink::DiskQueue> queue;
  std::atomic<int> batches{0};  ///< several threads receive

  QueueRig() {
    base::log::configure(base::log::Level::error, base::log::Format::logfmt);
    options = {.folder = folder.path() / "queue",
               .bytes_max = sink::kDiskBytesLeast,
               .kind = telemetry::wire::kLogBatchRecordKind,
               .decode = decode_log_payload,
               .silence_max = 1h,
               .disk = fault.disk()};
  }
  ~QueueRig() { stop(); }

  base::metrics::Scope scope() { return {registry, "loki.write.x"}; }
  static Arguments arguments_to(const Receiver& loki, size_t memory, std::string tenant) {
    Arguments arguments = to(loki);
    arguments.endpoint[0].tenant_id = std::move(tenant);
    arguments.endpoint[0].queue_config.capacity.bytes = memory;
    arguments.endpoint[0].remote_timeout = 1s;
    return arguments;
  }
  void add(const Receiver& loki, size_t memory = 100'000, std::string tenant = "") {
    const Arguments arguments = arguments_to(loki, memory, std::move(tenant));
    const Context context{.id = "loki.write.x",
                          .data_dir = folder.path(),
                          .metrics = scope(),
                          .log = base::Logger("loki.write.x"),
                          .publish = {}};
    endpoints.push_back(
        std::make_shared<sink::Member>(kProtocol, context, settings_of(arguments)[0], 1));
    REQUIRE(endpoints.back()->endpoint().start());
  }
  sink::DiskTargets targets() {
    sink::DiskTargets all;
    for (const auto& endpoint : endpoints)
      all.push_back({endpoint->settings().host(),
                     std::shared_ptr<sink::Endpoint>(endpoint, &endpoint->endpoint())});
    return all;
  }
  void open() {
    queue = std::make_unique<sink::DiskQueue>(options, scope(), base::Logger("loki.write.x"));
    queue->set_targets(targets());
    REQUIRE(queue->start());
  }
  /// As a component stops when its backend does not answer.
  void stop() {
    for (const auto& endpoint : endpoints) endpoint->endpoint().stop();
    if (queue) queue->stop();
    queue = nullptr;
    endpoints.clear();
  }

  void receive(LogBatch batch, Source source, std::stop_token source_stop = {}) {
    const telemetry::BatchHead head{fates.ack(batches++, source), std::move(source_stop)};
    queue->receive(std::make_shared<const LogPayload>(std::move(batch)), head);
  }
  void receive_many(int first, int count, Source source, int lines = 10) {
    for (int i = first; i < first + count; i += lines)
      receive(numbered(i, lines, kApp, 1000), source);
  }
  double metric(std::string_view name, std::string_view part = "") {
    return sum_of(registry, name, part);
  }
  bool is_all_acked() {
    return eventually(
        [&] { return fates.delivered_count() == static_cast<size_t>(batches.load()); });
  }
};

}  // namespace components::loki::write::testing
