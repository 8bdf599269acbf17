#pragma once
// How a build ends before its time: asked for on the loop, seen on threads of the pool.

#include <atomic>
#include <functional>
#include <list>
#include <memory>

#include "base/error.hpp"

namespace dhow::build {

class Cancellation {
  public:
    /// Loop thread: work in threads stops at its next look, and what runs is told.
    void request() {
        if (requested_.exchange(true)) return;
        for (auto& action : std::exchange(actions_, {})) action();
    }
    bool requested() const { return requested_; }
    /// @throws Unavailable when the build is to end
    void check() const {
        if (requested_) throw Unavailable("the build was cancelled");
    }
    /// Loop thread: `action` is called once on request(), later registrations too. Dropping the result ends
    /// that.
    class Registration {
      public:
        Registration(Cancellation& owner, std::function<void()> action) : owner_(&owner) {
            place_ = owner.actions_.insert(owner.actions_.end(), std::move(action));
        }
        Registration(const Registration&) = delete;
        ~Registration() {
            if (!owner_->requested_) owner_->actions_.erase(place_);
        }

      private:
        Cancellation* owner_;
        std::list<std::function<void()>>::iterator place_;
    };

  private:
    std::atomic<bool> requested_ = false;
    std::list<std::function<void()>> actions_;
};

}  // namespace dhow::build
