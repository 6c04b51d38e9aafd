#pragma once
#include <memory>
#include <utility>

#include "components/component.h"
#include "io/loop.h"
#include "river/schema/decode.h"
#include "river/schema/target.h"

namespace components::discovery {

/// Looks for targets on the agent's loop, and hands each list that it finds to the component that
/// made it. To be stopped before the last reference goes. Thread safe.
class Search {
 public:
  virtual ~Search() = default;
  /// Once.
  virtual void start() = 0;
  /// Nothing is handed on after it returns.
  virtual void stop() = 0;
  virtual Health health() const = 0;
};

/// A component that exports the targets of a Search. It has no thread; new arguments replace the
/// Search, and those that cannot be used leave it running.
template <class Arguments, class Exports>
class Discovery : public ComponentOf<Arguments> {
 public:
  base::Result<void> start() final {
    if (auto started = context_.loop->start(); !started) return started;
    return update(initial_);
  }
  void stop() final {
    if (search_) search_->stop();
  }
  Health health() const final { return search_ ? search_->health() : Health(); }

 protected:
  Discovery(Context context, const river::schema::Signature& signature, const Arguments& arguments)
      : context_(std::move(context)), signature_(signature), initial_(arguments) {}
  ~Discovery() override { Discovery::stop(); }

  /// A Search by these arguments, which is not started.
  virtual base::Result<std::shared_ptr<Search>> make(const Arguments& arguments) = 0;

  base::Result<void> update(const Arguments& arguments) final {
    auto search = make(arguments);
    if (!search) return tl::unexpected(search.error());
    stop();
    search_ = std::move(*search);
    search_->start();
    return {};
  }

  const Context& context() const { return context_; }
  /// What a Search calls with the targets it found, on any thread.
  auto on_targets() const {
    return [publish = context_.publish, &signature = signature_](river::schema::Targets targets) {
      const Exports exports{std::move(targets)};
      publish(river::schema::encode_exports(signature.exports, &exports));
    };
  }

 private:
  const Context context_;
  const river::schema::Signature& signature_;
  const Arguments initial_;
  std::shared_ptr<Search> search_;  ///< while started
};

}  // namespace components::discovery
