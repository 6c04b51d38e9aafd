#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "components/discovery/kubernetes/groups.h"
#include "components/discovery/kubernetes/role_targets.h"
#include "components/discovery/kubernetes/signature.h"
#include "components/discovery/shared/discovery.h"
#include "components/shared/kubernetes/informers.h"
#include "io/loop.h"

namespace components::discovery::kubernetes {

/// Follows the objects of one role, and those that they refer to, on the agent's loop: makes the
/// targets of what changed, and hands all of them on, at most every kChangesApart. Nothing is
/// handed on before all is known once; while the API cannot be asked the targets stay. Thread safe.
class Watch final : public Search, public std::enable_shared_from_this<Watch>, private Related {
 public:
  static constexpr std::chrono::milliseconds kChangesApart{500};

  struct Options {
    components::kubernetes::Connection connection;
    Arguments arguments;
    std::vector<std::string> namespaces;  ///< none: all of the cluster
    base::metrics::Scope metrics;
    base::Logger log;
    /// Gets all targets after a change of them; must not block.
    std::function<void(river::schema::Targets)> on_targets;
  };

  /// The loop outlives it.
  Watch(io::Loop& loop, Options options);

  void start() override;
  void stop() override;
  Health health() const override;

 private:
  template <class T>
  using Sub = components::kubernetes::Subscription<T>;
  /// What is followed in one namespace, or in all of them.
  struct Lists {
    Sub<components::kubernetes::Pod> pods;
    Sub<components::kubernetes::Service> services;
    Sub<components::kubernetes::Endpoints> endpoints;
    Sub<components::kubernetes::EndpointSlice> slices;
    Sub<components::kubernetes::Ingress> ingresses;
  };
  struct Subscriptions {
    std::vector<Lists> lists;  ///< by namespace
    Sub<components::kubernetes::Node> nodes;
    Sub<components::kubernetes::Namespace> namespaces;
  };
  template <class OnEach>
  static void for_each(const Subscriptions& subscriptions, OnEach on_each);

  template <class T>
  Sub<T> follow(std::string group, std::string resource, Role role, const std::string& name_space);
  Lists follow_namespace(const std::string& name);
  void schedule();
  void arm(std::chrono::steady_clock::time_point when) REQUIRES_LOCK(mutex_);
  void run();
  bool take_changes() REQUIRES_LOCK(mutex_);
  void make_again(const std::string& key) REQUIRES_LOCK(mutex_);
  bool note_state() REQUIRES_LOCK(mutex_);
  river::schema::Targets make(const std::string& key, bool& is_there) REQUIRES_LOCK(mutex_);
  template <class Subscription>
  auto find(std::unique_ptr<Subscription> Lists::*list, const std::string& key) const
      -> decltype(std::declval<Subscription>().find(key));

  // Related: called while targets are made, with the lock held.
  std::shared_ptr<const components::kubernetes::Pod> pod(const std::string& key) override;
  std::shared_ptr<const components::kubernetes::Service> service(const std::string& key) override;
  std::shared_ptr<const components::kubernetes::Node> node(const std::string& name) override;
  std::shared_ptr<const components::kubernetes::Namespace> namespace_(
      const std::string& name) override;

  io::Loop& loop_;
  const Options options_;
  std::shared_ptr<base::metrics::Counter> failures_, added_, updated_, deleted_;

  mutable base::Mutex mutex_;
  io::Timer timer_ GUARDED_BY(mutex_);
  bool is_armed_ GUARDED_BY(mutex_) = false;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  Health health_ GUARDED_BY(mutex_);
  uint64_t failures_seen_ GUARDED_BY(mutex_) = 0;
  Subscriptions subscriptions_;  ///< the lock's, but for the calls of Related
  Groups groups_ GUARDED_BY(mutex_);
  std::set<std::string> made_of_;  ///< what the targets that are being made refer to
  std::set<std::string> known_ GUARDED_BY(mutex_);
  bool is_changed_ GUARDED_BY(mutex_) = true;  ///< since targets were handed on
  std::chrono::steady_clock::time_point not_before_ GUARDED_BY(mutex_);
};

/// discovery.kubernetes: exports what a Watch finds.
class Kubernetes final : public Discovery<Arguments, Exports> {
 public:
  Kubernetes(Context context, const Arguments& arguments)
      : Discovery(std::move(context), kSignature, arguments) {}

 private:
  base::Result<std::shared_ptr<Search>> make(const Arguments& arguments) override;
};

}  // namespace components::discovery::kubernetes
