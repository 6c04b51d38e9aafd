#include "components/otelcol/shared/export/signature.h"

#include "components/shared/sink/signature.h"

namespace components::otelcol {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kQueueBatchFields[] = {
    schema::attr<&QueueBatchArguments::flush_timeout>("flush_timeout", Need::optional,
                                                      "Longest time an item waits for others."),
    schema::attr<&QueueBatchArguments::min_size>("min_size", Need::optional,
                                                 "For Grafana Alloy; what waits goes together."),
    schema::attr<&QueueBatchArguments::max_size>("max_size", Need::optional,
                                                 "Largest number of items in a request."),
    schema::attr<&QueueBatchArguments::sizer>("sizer", Need::optional,
                                              "What max_size counts: items."),
};

void validate_batch(const QueueBatchArguments& batch, schema::Scope& scope) {
  sink::check_positive("max_size", batch.max_size, scope);
  if (scope.known({"min_size", "max_size"}) && batch.min_size > batch.max_size)
    scope.error("min_size", "C062", "min_size is above max_size");
  if (scope.known("sizer") && batch.sizer != "items")
    scope.error("sizer", "C090", "sizer \"{}\" is not supported; only \"items\" is", batch.sizer);
}
constexpr schema::BlockSchema kQueueBatch =
    schema::schema_of<QueueBatchArguments, validate_batch>(kQueueBatchFields);

constexpr schema::Field kQueueFields[] = {
    schema::attr<&QueueArguments::enabled>("enabled", Need::optional,
                                           "For Grafana Alloy; there is always a queue."),
    schema::attr<&QueueArguments::num_consumers>("num_consumers", Need::optional,
                                                 "Requests of traces at the same time, at most 8; "
                                                 "metrics and logs keep their order."),
    schema::attr<&QueueArguments::queue_size>("queue_size", Need::optional,
                                              "Requests that may wait in memory."),
    schema::attr<&QueueArguments::block_on_overflow>(
        "block_on_overflow", Need::optional,
        "For Grafana Alloy; while the queue is full senders are told to try again."),
    schema::attr<&QueueArguments::sizer>("sizer", Need::optional,
                                         "What queue_size counts: requests."),
    schema::attr<&QueueArguments::wait_for_result>(
        "wait_for_result", Need::optional,
        "For Grafana Alloy; requests are always answered once the data is safe."),
    schema::block<&QueueArguments::batch>("batch", Need::optional,
                                          "How items are grouped into requests.", kQueueBatch),
};

void validate_queue(const QueueArguments& queue, schema::Scope& scope) {
  sink::check_positive("num_consumers", queue.num_consumers, scope);
  sink::check_positive("queue_size", queue.queue_size, scope);
  if (scope.known("sizer") && queue.sizer != "requests")
    scope.error("sizer", "C090", "sizer \"{}\" is not supported; only \"requests\" is",
                queue.sizer);
}

constexpr schema::Field kRetryFields[] = {
    schema::attr<&RetryArguments::enabled>("enabled", Need::optional,
                                           "Whether a failed request is retried."),
    schema::attr<&RetryArguments::initial_interval>("initial_interval", Need::optional,
                                                    "Wait after the first failed try."),
    schema::attr<&RetryArguments::randomization_factor>("randomization_factor", Need::optional,
                                                        "For Grafana Alloy; waits vary by a half."),
    schema::attr<&RetryArguments::multiplier>("multiplier", Need::optional,
                                              "For Grafana Alloy; waits double."),
    schema::attr<&RetryArguments::max_interval>("max_interval", Need::optional,
                                                "Longest wait between tries."),
    schema::attr<&RetryArguments::max_elapsed_time>(
        "max_elapsed_time", Need::optional,
        "For Grafana Alloy; a request is tried until it is delivered."),
};

void validate_retry(const RetryArguments& retry, schema::Scope& scope) {
  sink::check_order("initial_interval", retry.initial_interval, "max_interval", retry.max_interval,
                    scope);
}

}  // namespace

constexpr schema::BlockSchema kQueue =
    schema::schema_of<QueueArguments, validate_queue>(kQueueFields);
constexpr schema::BlockSchema kRetry =
    schema::schema_of<RetryArguments, validate_retry>(kRetryFields);

}  // namespace components::otelcol
