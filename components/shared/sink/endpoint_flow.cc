#include "components/shared/sink/endpoint_flow.h"

#include <utility>

namespace components::sink {

EndpointFlow::EndpointFlow(base::metrics::Scope scope, std::string_view unit, std::string host)
    : scope_(std::move(scope)), unit_(unit) {
  make_series(std::move(host));
}

void EndpointFlow::make_series(std::string host) {
  numbers_.emplace(telemetry::Flow(scope_, unit_, {{"endpoint", std::move(host)}}));
  numbers_->buffered->add(static_cast<double>(waiting_));
  numbers_->buffered_bytes->add(static_cast<double>(held_bytes_));
}

void EndpointFlow::release_gauges() {
  numbers_->buffered->add(-static_cast<double>(waiting_));
  numbers_->buffered_bytes->add(-static_cast<double>(held_bytes_));
}

void EndpointFlow::set_host(std::string host) {
  release_gauges();
  numbers_->lag->set(Clock::time_point::max());
  make_series(std::move(host));
  numbers_->flow.receive(static_cast<uint64_t>(waiting_));
}

void EndpointFlow::drop(std::string_view reason, uint64_t entries) {
  telemetry::Flow::Counter& counter = numbers_->dropped[reason];
  if (counter == nullptr) counter = numbers_->flow.dropped(reason);
  counter->add(entries);
}

void EndpointFlow::filter(std::string_view reason, uint64_t entries) {
  telemetry::Flow::Counter& counter = numbers_->filtered[reason];
  if (counter == nullptr) counter = numbers_->flow.filtered(reason);
  counter->add(entries);
}

void EndpointFlow::add_waiting(int64_t entries) {
  waiting_ += entries;
  numbers_->buffered->add(static_cast<double>(entries));
}

void EndpointFlow::set_held_bytes(size_t bytes) {
  numbers_->buffered_bytes->add(static_cast<double>(bytes) - static_cast<double>(held_bytes_));
  held_bytes_ = bytes;
}

bool FlowMetrics::follow_host(const Settings& settings) {
  std::string host = settings.host();
  if (host == host_) return false;
  host_ = std::move(host);
  flow_.set_host(host_);
  return true;
}

void FlowMetrics::add_received(uint64_t entries) {
  base::Lock lock(mutex_);
  flow_.receive(entries);
}

void FlowMetrics::add_abandoned(uint64_t entries) {
  base::Lock lock(mutex_);
  flow_.abandon(entries);
}

void FlowMetrics::add_waiting(int64_t entries) {
  base::Lock lock(mutex_);
  flow_.add_waiting(entries);
}

void FlowMetrics::set_held_bytes(size_t bytes) {
  base::Lock lock(mutex_);
  flow_.set_held_bytes(bytes);
}

void FlowMetrics::set_oldest(Clock::time_point came) {
  base::Lock lock(mutex_);
  flow_.set_oldest(came);
}

}  // namespace components::sink
