#pragma once
#include <string>
#include <string_view>

/// Names of OTLP as names of Prometheus: letters, digits and underscores of ASCII, as every
/// backend takes them.
namespace components::otelcol::exporter_prometheus {

/// What is said of a metric by its name.
struct MetricName {
  std::string_view name;
  /// UCUM: "By/s", "{requests}", "1".
  std::string_view unit;
  bool is_counter = false;
  bool is_gauge = false;  ///< not of a sum
};

///   name and unit              with suffixes             without
///   io (By/s)                  io_bytes_per_second       io
///   http.requests ({req})      http_requests_total       http_requests            of a counter
///   used (1)                   used_ratio                used                     of a gauge
///   a__b..c_                   a_b_c                     a__b_c_
///   1st                        _1st                      _1st
///
/// With suffixes: the words of the name, then those of its unit that it does not have, then `total`
/// for a counter or `ratio` for a gauge of unit 1, with `_` between. Without: the name, with `_`
/// for what a name cannot have. Empty when nothing is left of it.
std::string metric_name(const MetricName& metric, bool has_suffixes);

///   service.name               service_name
///   a..b                       a__b
///   1x                         key_1x
///   _x                         key_x
///   __x__                      __x__
///
/// An attribute's name as the name of a label: `_` for each character that it cannot have; `key_`
/// before a digit, `key` before a single underscore.
std::string label_name(std::string_view attribute);

}  // namespace components::otelcol::exporter_prometheus
