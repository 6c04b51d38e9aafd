#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/shared/kubernetes/json.h"
#include "components/shared/kubernetes/reflector.h"

namespace components::kubernetes {

/// The objects of one query as the API server has them, once in the agent however many ask. They
/// are kept while somebody is subscribed. Thread safe.
template <class T>
class Informer final : public ObjectSink {
 public:
  using Object = std::shared_ptr<const T>;
  /// What came of an object since it was taken last; no object: it is gone.
  using Changes = std::vector<std::pair<std::string, Object>>;

  /// Who wants to know. To be let go of by its owner before what `on_change` uses goes.
  class Subscription {
   public:
    explicit Subscription(std::shared_ptr<Informer> informer) : informer_(std::move(informer)) {}
    ~Subscription() {
      base::Lock lock(informer_->mutex_);
      informer_->subscriptions_.erase(this);
    }
    Subscription(const Subscription&) = delete;

    /// The next changes, at most so many; none: all is taken.
    Changes take(size_t count_max) {
      Changes changes;
      base::Lock lock(informer_->mutex_);
      while (changes.size() < count_max && !dirty_.empty()) {
        auto key = dirty_.extract(dirty_.begin());
        auto object = informer_->object_of(key.value());
        changes.emplace_back(std::move(key.value()), std::move(object));
      }
      return changes;
    }
    Object find(std::string_view key) const {
      base::Lock lock(informer_->mutex_);
      return informer_->object_of(key);
    }
    Reflector::State state() const { return informer_->reflector_->state(); }

   private:
    friend Informer;
    const std::shared_ptr<Informer> informer_;
    std::function<void()> on_change_;  // This and the next are the informer's.
    std::set<std::string> dirty_;
  };

  Informer(io::Loop& loop, const Connection& connection, const Query& query)
      : loop_(loop), reflector_(std::make_shared<Reflector>(loop, connection, query, *this)) {}
  ~Informer() override { reflector_->stop(); }

  /// `on_change` is called on the loop after objects, is_synced or the problem changed, until the
  /// subscription ends, and perhaps once more: it holds what it uses.
  static std::unique_ptr<Subscription> subscribe(std::shared_ptr<Informer> informer,
                                                 std::function<void()> on_change) {
    auto made = std::make_unique<Subscription>(informer);
    base::Lock lock(informer->mutex_);
    made->on_change_ = std::move(on_change);
    for (const auto& [key, entry] : informer->objects_) made->dirty_.insert(key);
    informer->subscriptions_.insert(made.get());
    informer->loop_.post(made->on_change_);
    return made;
  }
  void start() { reflector_->start(); }

 private:
  struct Entry {
    Object object;
    uint64_t seen = 0;  ///< number of the list that had it last
  };

  Object object_of(std::string_view key) const REQUIRES_LOCK(mutex_) {
    const auto found = objects_.find(key);
    return found != objects_.end() ? found->second.object : nullptr;
  }

  void begin_list() override {
    base::Lock lock(mutex_);
    ++lists_;
  }
  bool list(JsonCursor& in) override {
    auto object = std::make_shared<T>();
    if (!read(in, *object)) return false;
    base::Lock lock(mutex_);
    put(std::move(object));
    return true;
  }
  void end_list() override {
    base::Lock lock(mutex_);
    std::erase_if(objects_, [this](const auto& entry) REQUIRES_LOCK(mutex_) {
      if (entry.second.seen == lists_) return false;
      mark(entry.first);
      return true;
    });
  }
  bool apply(JsonCursor& in, bool is_deletion, std::string& resource_version) override {
    auto object = std::make_shared<T>();
    if (!read(in, *object)) return false;
    resource_version = object->meta.resource_version;
    base::Lock lock(mutex_);
    if (!is_deletion) {
      put(std::move(object));
    } else if (const auto found = objects_.find(object->meta.key()); found != objects_.end()) {
      mark(found->first);
      objects_.erase(found);
    }
    return true;
  }
  void on_problem() override {
    base::Lock lock(mutex_);
    for (const Subscription* subscription : subscriptions_) loop_.post(subscription->on_change_);
  }

  void put(std::shared_ptr<const T> object) REQUIRES_LOCK(mutex_) {
    std::string key = object->meta.key();
    Entry& entry = objects_[key];
    entry.seen = lists_;
    if (entry.object && entry.object->meta.resource_version == object->meta.resource_version &&
        entry.object->meta.uid == object->meta.uid)
      return;
    entry.object = std::move(object);
    mark(key);
  }
  void mark(const std::string& key) REQUIRES_LOCK(mutex_) {
    for (Subscription* subscription : subscriptions_) {
      if (subscription->dirty_.empty()) loop_.post(subscription->on_change_);
      subscription->dirty_.insert(key);
    }
  }

  io::Loop& loop_;
  mutable base::Mutex mutex_;
  std::map<std::string, Entry, std::less<>> objects_ GUARDED_BY(mutex_);
  std::set<Subscription*> subscriptions_ GUARDED_BY(mutex_);
  uint64_t lists_ GUARDED_BY(mutex_) = 0;
  const std::shared_ptr<Reflector> reflector_;
};

}  // namespace components::kubernetes
