#pragma once
#include "components/component.h"
#include "components/prometheus/receive_http/inbox.h"
#include "components/prometheus/receive_http/signature.h"
#include "components/shared/http_server/listener.h"

namespace components::prometheus::receive_http {

/// prometheus.receive_http: Prometheus' remote write 1 over HTTP/1.1.
class Receiver final : public ComponentOf<Arguments> {
 public:
  Receiver(Context context, const Arguments& arguments);

  base::Result<void> start() override { return update(first_); }
  void drain(Clock::time_point) override { inbox_.begin_stop(); }
  void stop() override;
  bool is_incomplete() const override { return !listener_.problem().empty(); }
  Health health() const override { return listener_.health(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  const Context context_;
  const Arguments first_;
  Inbox inbox_;
  HttpListener listener_;
};

}  // namespace components::prometheus::receive_http
