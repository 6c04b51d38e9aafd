#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

#include "components/shared/kubernetes/informer.h"

namespace components::kubernetes {

template <class T>
using Subscription = std::unique_ptr<typename Informer<T>::Subscription>;

/// The informers that run, so that whoever asks the same shares one.
class Informers {
 public:
  /// Those of the process.
  static Informers& system() {
    static Informers informers;
    return informers;
  }

  template <class T>
  Subscription<T> subscribe(io::Loop& loop, const Connection& connection, const Query& query,
                            std::function<void()> on_change) {
    const std::string key = fmt::format("{} {} {} {}", static_cast<const void*>(&loop),
                                        connection.identity, typeid(T).name(), query.target());
    std::shared_ptr<Informer<T>> informer;
    bool is_new = false;
    {
      base::Lock lock(mutex_);
      std::weak_ptr<void>& running = running_[key];
      informer = std::static_pointer_cast<Informer<T>>(running.lock());
      is_new = !informer;
      if (is_new) {
        informer = std::make_shared<Informer<T>>(loop, connection, query);
        running = informer;
        std::erase_if(running_, [](const auto& entry) { return entry.second.expired(); });
      }
    }
    if (is_new) informer->start();
    return Informer<T>::subscribe(std::move(informer), std::move(on_change));
  }

 private:
  base::Mutex mutex_;
  std::map<std::string, std::weak_ptr<void>> running_ GUARDED_BY(mutex_);
};

}  // namespace components::kubernetes
