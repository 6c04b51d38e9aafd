#pragma once
#include <string>
#include <string_view>

#include "components/prometheus/exporter_static/signature.h"
#include "components/prometheus/shared/exporter_component.h"

namespace components::prometheus::exporter_static {

/// prometheus.exporter.static: the text of the configuration.
class Static final : public Exporter {
 public:
  using ArgumentsType = Arguments;
  static constexpr std::string_view kName = "static";
  static const river::schema::Signature& signature() { return kSignature; }

  Static(const Context&, const Arguments& arguments) : text_(arguments.text) {
    if (!text_.ends_with('\n')) text_ += '\n';
  }

  void expose(std::string& out) override { out += text_; }

 private:
  std::string text_;
};

}  // namespace components::prometheus::exporter_static
