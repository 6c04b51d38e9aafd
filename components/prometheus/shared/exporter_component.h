#pragma once
#include <memory>
#include <utility>

#include "components/component.h"
#include "components/prometheus/shared/exporter.h"
#include "components/prometheus/shared/signature.h"
#include "river/schema/decode.h"

namespace components::prometheus {

/// The component around an Exporter: publishes its target, and makes the exporter known while it
/// runs. `Type` is an Exporter with
///     using ArgumentsType = ...;
///     static constexpr std::string_view kName = "unix";       // job is integrations/unix
///     static const river::schema::Signature& signature();
///     Type(const Context&, const Arguments&);                  // no I/O worth mentioning
/// It may have start(), for work that goes on between scrapes, and health(). New arguments make a
/// new exporter.
template <class Type>
class ExporterComponent final : public ComponentOf<typename Type::ArgumentsType> {
 public:
  using Arguments = typename Type::ArgumentsType;

  ExporterComponent(Context context, const Arguments& arguments)
      : context_(std::move(context)), exporter_(std::make_shared<Type>(context_, arguments)) {
    const auto& signature = Type::signature();
    const ExporterExports exports{.targets = {river::schema::Target(
                                      exporter_target(context_.id, signature.name, Type::kName))}};
    context_.publish(river::schema::encode_exports(signature.exports, &exports));
  }

  base::Result<void> start() override {
    if constexpr (requires { exporter_->start(); })
      if (auto started = exporter_->start(); !started) return started;
    context_.exporters->set(context_.id, exporter_);
    return {};
  }
  void stop() override { context_.exporters->remove(context_.id); }
  Health health() const override {
    if constexpr (requires { exporter_->health(); }) return exporter_->health();
    return Component::health();
  }

 protected:
  base::Result<void> update(const Arguments& arguments) override {
    exporter_ = std::make_shared<Type>(context_, arguments);
    return start();
  }

 private:
  Context context_;
  std::shared_ptr<Type> exporter_;
};

}  // namespace components::prometheus
