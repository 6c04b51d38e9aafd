#include "components/shared/sink/sender.h"

#include <algorithm>
#include <utility>

#include "base/version.h"

namespace components::sink {
namespace {

/// Those of the protocol, and those that were asked for; the client adds the login.
io::http::Headers headers_of(const Settings& settings, const std::string& lane,
                             const Request& request) {
  io::http::Headers headers = settings.protocol_headers(lane);
  for (io::http::Header& header : request.body_headers()) headers.push_back(std::move(header));
  headers.push_back({"User-Agent", fmt::format("Tributary/{}", base::kVersion)});
  // Those that the client sets itself stay what they are.
  for (const auto& [name, value] : settings.extra_headers)
    if (io::http::find(headers, name).empty()) headers.push_back({name, value});
  return headers;
}

}  // namespace

void Sender::run(const std::stop_token& abort) {
  while (const auto turn = shared_.lanes.take(kind_)) {
    auto newest = shared_.settings.get();
    if (newest != settings_) {
      settings_ = std::move(newest);
      transport_.reset();
    }
    const Answer answer = attempt(*turn, abort);
    const bool is_cut_short = abort.stop_requested() || Clock::now() >= shared_.lanes.deadline();
    settle(*turn, answer, is_cut_short);
  }
}

/// Deals with the answer, and puts the lane back.
void Sender::settle(const Lanes::Turn& turn, const Answer& answer, bool is_cut_short) {
  Request& request = *turn.request;
  const int64_t failures = turn.failures + 1;
  switch (answer.action) {
    case Action::accept: {
      const Lost rejected = request.rejected_by(answer.body).value_or(Lost{});
      const uint64_t sent = request.part().entries - rejected.amount.entries;
      shared_.metrics.add_sent(turn.lane.key, sent, request.body().size());
      shared_.metrics.add_waiting(-static_cast<int64_t>(sent));
      shared_.trouble.accepted(turn.lane, *settings_, turn.failures);
      if (rejected.amount.entries > 0) drop(turn, rejected, answer.message);
      request.part_accepted();
      break;
    }
    case Action::split:
    case Action::halve:
      for (const Lost& lost : request.refuse(answer.body, answer.action == Action::halve))
        drop(turn, lost, answer.message);
      break;
    case Action::drop:
      drop_part(turn, drop_reason::kRateLimited, answer.message);
      break;
    case Action::retry:
    case Action::retry_loudly:
      if (!is_cut_short && settings_->tries_max > 0 && failures >= settings_->tries_max) {
        drop_part(turn, drop_reason::kIngesterError, answer.message);
        break;
      }
      shared_.metrics.add_retry(turn.lane.key, request.part().entries);
      shared_.trouble.failed(turn.lane, *settings_, failures, answer.action, answer.message);
      return shared_.lanes.retry(turn, *settings_, answer.retry_after);
  }
  if (!request.is_done()) return shared_.lanes.go_on(turn);
  shared_.metrics.observe_latency(turn.lane.key, Clock::now() - request.since,
                                  request.total().entries);
  shared_.done(turn.lane, shared_.lanes.remove(turn));
}

Sender::Answer Sender::attempt(const Lanes::Turn& turn, const std::stop_token& abort) {
  const Settings& now = *settings_;
  if (!now.url) return {Action::retry_loudly, now.url.error().message, {}, {}};
  if (!transport_) transport_ = now.connect();
  const std::string_view body = turn.request->body();
  auto headers =
      headers_of(now, turn.request->is_own ? now.own_lane : turn.lane.key, *turn.request);
  if (const auto is_signed = now.sign(headers); !is_signed)
    return {Action::retry_loudly, is_signed.error().message, {}, {}};
  const auto start = Clock::now();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(shared_.lanes.deadline() - start);
  auto response =
      transport_->send({"POST", turn.request->target(now.url->target), std::move(headers), body},
                       std::min(now.remote_timeout, left), abort);
  const int status = response ? response->status : kNoAnswer;
  shared_.metrics.observe(turn.lane.key, status, Clock::now() - start, body.size());
  const Rule rule = response ? rule_for(*response, now.retry_on_http_429) : rule_for(kNoAnswer);
  if (!response && transport_->lacked_login())
    return {Action::retry_loudly, response.error().message, {}, {}};
  if (!response)
    return {rule.action, fmt::format("{} ({})", response.error().message, rule.advice), {}, {}};
  Answer answer{rule.action, {}, {}, {}};
  if (rule.action != Action::accept || !response->body.empty())
    answer.message = describe(*response, rule);
  answer.retry_after = retry_after(*response, std::chrono::system_clock::now());
  answer.body = std::move(response->body);
  return answer;
}

void Sender::drop_part(const Lanes::Turn& turn, std::string_view reason,
                       const std::string& message) {
  drop(turn, {reason, turn.request->part()}, message);
  turn.request->part_dropped();
}

void Sender::drop(const Lanes::Turn& turn, const Lost& lost, const std::string& message) {
  shared_.metrics.add_dropped(turn.lane.key, lost.reason, lost.amount);
  shared_.metrics.add_waiting(-static_cast<int64_t>(lost.amount.entries));
  shared_.trouble.dropped(turn.lane, *settings_, lost, message);
}

}  // namespace components::sink
