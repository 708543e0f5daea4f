// SPDX-License-Identifier: Apache-2.0
//
// Coroutines of the kernel, without any library behind them.
//
//   Task<T>     a lazy coroutine: nothing runs before it is awaited or spawned.
//   Future<T>   the value that a Promise<T> will be given. Single producer, single consumer.
//   spawn       starts a Task<void> now and lets it go; it frees itself at its end.
//   start       starts a Task<T> now and gives the Future of its result.
//   call_on     runs a function on another scheduler and brings its result home.
//
// Threads: a Task, and a Promise with its Future, live on one scheduler's thread. call_on is the
// one way across. It posts before it returns, so calls made in order arrive in order.
//
// Invariants
//   1. A Future is awaited at most once, and every Promise is fulfilled or broken exactly once.
//   2. A broken Promise<Result<T>> delivers Errc::kCancelled; breaking any other is a bug.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/assert.h"
#include "base/error.h"
#include "base/scheduler.h"

namespace tenon {

template <class T>
class Task;

namespace detail {

// Where the value of a coroutine waits; `void` waits as nothing.
struct Unit {};
template <class T>
using Stored = std::conditional_t<std::is_void_v<T>, Unit, T>;

struct ResumeContinuation {
  bool await_ready() const noexcept { return false; }
  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
    const auto next = self.promise().continuation;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

template <class T>
struct TaskPromiseBase {
  std::coroutine_handle<> continuation;
  std::optional<Stored<T>> value;

  Task<T> get_return_object();
  std::suspend_always initial_suspend() const noexcept { return {}; }
  ResumeContinuation final_suspend() const noexcept { return {}; }
  // No exceptions across rooms: one that gets here is a bug.
  void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase<T> {
  template <class U>
  void return_value(U&& result) {
    this->value.emplace(std::forward<U>(result));
  }
};
template <>
struct TaskPromise<void> : TaskPromiseBase<void> {
  void return_void() { value.emplace(); }
};

// A coroutine that starts at once and frees itself.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::TaskPromise<T> {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
        handle.promise().continuation = caller;
        return handle;
      }
      T await_resume() const {
        if constexpr (!std::is_void_v<T>) return std::move(*handle.promise().value);
      }
    };
    return Awaiter{handle_};
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
struct FutureState {
  std::optional<Stored<T>> value;
  std::coroutine_handle<> waiter;
};

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Future {
 public:
  explicit Future(std::shared_ptr<detail::FutureState<T>> state) : state_(std::move(state)) {}

  bool ready() const { return state_->value.has_value(); }
  bool await_ready() const noexcept { return ready(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { state_->waiter = waiter; }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return std::move(*state_->value);
  }

 private:
  std::shared_ptr<detail::FutureState<T>> state_;
};

template <class T = void>
class Promise {
 public:
  Promise() : state_(std::make_shared<detail::FutureState<T>>()) {}
  Promise(Promise&&) noexcept = default;
  Promise& operator=(Promise&& other) noexcept {
    if (this != &other) break_if_pending();
    state_ = std::move(other.state_);
    return *this;
  }
  ~Promise() { break_if_pending(); }

  // Before the value is handed over.
  Future<T> future() {
    TN_ASSERT(state_);
    return Future<T>(state_);
  }

  // Hands over the value and runs the waiting coroutine before it returns.
  template <class... V>
  void fulfil(V&&... value) {
    auto state = std::exchange(state_, nullptr);
    TN_ASSERT(state && !state->value);
    state->value.emplace(std::forward<V>(value)...);
    if (state->waiter) std::exchange(state->waiter, {}).resume();
  }
  bool pending() const { return state_ != nullptr; }

 private:
  void break_if_pending() {
    if (!state_) return;
    if constexpr (detail::IsResult<T>::value) {
      fulfil(fail(Errc::kCancelled, "", "the operation was given up"));
    } else {
      // Nobody may be left waiting for it.
      TN_ASSERT(!state_->waiter);
      state_ = nullptr;
    }
  }
  std::shared_ptr<detail::FutureState<T>> state_;
};

// Starts `task` now, on the calling thread.
inline void spawn(Task<void> task) {
  [](Task<void> body) -> detail::Detached { co_await std::move(body); }(std::move(task));
}

template <class T>
Future<T> start(Task<T> task) {
  Promise<T> promise;
  Future<T> future = promise.future();
  [](Task<T> body, Promise<T> done) -> detail::Detached {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(body);
      done.fulfil();
    } else {
      done.fulfil(co_await std::move(body));
    }
  }(std::move(task), std::move(promise));
  return future;
}

namespace detail {

template <class T>
struct TaskValue {
  using Type = T;
  static constexpr bool kIsTask = false;
};
template <class T>
struct TaskValue<Task<T>> {
  using Type = T;
  static constexpr bool kIsTask = true;
};

// Delivers the result of a remote call on its home scheduler.
template <class T>
void deliver(Scheduler& home, Promise<T> promise, Stored<T> value) {
  home.post([promise = std::move(promise), value = std::move(value)]() mutable {
    promise.fulfil(std::move(value));
  });
}

template <class F, class T>
Detached run_remote(Scheduler& home, F body, Promise<T> promise) {
  if constexpr (TaskValue<std::invoke_result_t<F&>>::kIsTask) {
    if constexpr (std::is_void_v<T>) {
      co_await body();
      deliver<T>(home, std::move(promise), Unit{});
    } else {
      deliver<T>(home, std::move(promise), co_await body());
    }
  } else if constexpr (std::is_void_v<T>) {
    body();
    deliver<T>(home, std::move(promise), Unit{});
  } else {
    deliver<T>(home, std::move(promise), body());
  }
  co_return;
}

}  // namespace detail

// Runs `body`, a function that returns T or Task<T>, on `target`, and delivers T on `home`, where
// the caller is. When both are the same scheduler the body starts now, inside the call.
template <class F>
auto call_on(Scheduler& home, Scheduler& target, F body)
    -> Future<typename detail::TaskValue<std::invoke_result_t<F&>>::Type> {
  using Returned = std::invoke_result_t<F&>;
  using T = typename detail::TaskValue<Returned>::Type;
  if (&home == &target) {
    if constexpr (detail::TaskValue<Returned>::kIsTask) {
      return start([](F own) -> Task<T> { co_return co_await own(); }(std::move(body)));
    } else {
      Promise<T> promise;
      Future<T> future = promise.future();
      if constexpr (std::is_void_v<T>) {
        body();
        promise.fulfil();
      } else {
        promise.fulfil(body());
      }
      return future;
    }
  }
  Promise<T> promise;
  Future<T> future = promise.future();
  target.post([&home, body = std::move(body), promise = std::move(promise)]() mutable {
    detail::run_remote<F, T>(home, std::move(body), std::move(promise));
  });
  return future;
}

// Resumes the awaiting coroutine on the same scheduler after `delay`.
inline Future<void> sleep_for(Scheduler& scheduler, Duration delay) {
  Promise<void> promise;
  Future<void> future = promise.future();
  scheduler.call_after(delay, [promise = std::move(promise)]() mutable { promise.fulfil(); });
  return future;
}

}  // namespace tenon
