#include "components/discovery/dns/dns.h"

#include <algorithm>
#include <set>
#include <utility>

namespace components::discovery::dns {

using river::schema::Target;
using river::schema::Targets;

namespace {

io::DnsType dns_type(RecordType type) {
  switch (type) {
    case RecordType::a:
      return io::DnsType::a;
    case RecordType::aaaa:
      return io::DnsType::aaaa;
    case RecordType::mx:
      return io::DnsType::mx;
    case RecordType::ns:
      return io::DnsType::ns;
    case RecordType::srv:
      break;
  }
  return io::DnsType::srv;
}

std::string host_port(const std::string& host, uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace

Targets targets_of(const std::string& name, RecordType type, uint16_t port,
                   const std::vector<io::DnsRecord>& records) {
  Targets targets;
  for (const io::DnsRecord& record : records) {
    const bool is_service = type == RecordType::srv;
    Target::Labels labels{
        {"__address__", host_port(record.target, is_service ? record.port : port)},
        {"__meta_dns_name", name}};
    // With the final dot, as records have it.
    if (is_service) {
      labels["__meta_dns_srv_record_target"] = record.target + ".";
      labels["__meta_dns_srv_record_port"] = std::to_string(record.port);
    }
    if (type == RecordType::mx) labels["__meta_dns_mx_record_target"] = record.target + ".";
    if (type == RecordType::ns) labels["__meta_dns_ns_record_target"] = record.target + ".";
    targets.emplace_back(labels);
  }
  // Servers turn them, to spread load.
  std::sort(targets.begin(), targets.end());
  return targets;
}

void Lookups::begin_round() {
  const auto& names = options_.arguments.names;
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  problem_.clear();
  queries_.clear();
  const std::set<std::string> all(names.begin(), names.end());
  open_ = all.size();
  if (all.empty()) return end_round();
  options_.lookups->add(all.size());
  for (const std::string& name : all)
    queries_.push_back(io::DnsQuery::ask(
        loop_, {name, dns_type(options_.arguments.type), options_.servers},
        [self = shared_from_this(), name](base::Result<std::vector<io::DnsRecord>> records) {
          self->finish(name, std::move(records));
        }));
}

void Lookups::finish(const std::string& name, base::Result<std::vector<io::DnsRecord>> records) {
  const auto& arguments = options_.arguments;
  base::Lock lock(mutex_);
  if (is_stopped_) return;
  if (records) {
    known_[name] =
        targets_of(name, arguments.type, static_cast<uint16_t>(arguments.port), *records);
  } else {
    options_.failures->add(1);
    problem_ = fmt::format("{}: {}", name, records.error().message);
  }
  if (--open_ == 0) end_round();
}

void Lookups::end_round() {
  Targets targets;
  for (const auto& [name, found] : known_)
    targets.insert(targets.end(), found.begin(), found.end());
  if (problem_.empty() || !known_.empty()) options_.on_targets(std::move(targets));
  if (problem_.empty()) {
    health_ = {Health::State::healthy, {}};
  } else {
    if (health_.message != problem_)
      options_.log.warn("{}; its targets stay as they were", problem_);
    health_ = {Health::State::unhealthy, problem_};
  }
  const auto pause =
      std::min<std::chrono::nanoseconds>(options_.arguments.refresh_interval.value, io::kWaitMax);
  timer_.set(io::Timer::Clock::now() + pause, [self = shared_from_this()] { self->begin_round(); });
}

void Lookups::stop() {
  std::vector<std::shared_ptr<io::DnsQuery>> queries;  // They own this, as this owns them.
  {
    base::Lock lock(mutex_);
    is_stopped_ = true;
    timer_.cancel();
    queries.swap(queries_);
  }
  for (const auto& query : queries) query->cancel();
}

Health Lookups::health() const {
  base::Lock lock(mutex_);
  return health_;
}

Dns::Dns(Context context, const Arguments& arguments)
    : Discovery(std::move(context), kSignature, arguments),
      lookups_(this->context().metrics.counter("prometheus_sd_dns_lookups_total",
                                               "Names that were looked up.")),
      failures_(this->context().metrics.counter("prometheus_sd_dns_lookup_failures_total",
                                                "Names that could not be looked up.")) {}

base::Result<std::shared_ptr<Search>> Dns::make(const Arguments& arguments) {
  return std::make_shared<Lookups>(*context().loop, Lookups::Options{.arguments = arguments,
                                                                     .lookups = lookups_,
                                                                     .failures = failures_,
                                                                     .log = context().log,
                                                                     .on_targets = on_targets()});
}

}  // namespace components::discovery::dns
