#pragma once
// Runs every task at once, in the caller's thread: tests need no waiting.

#include <utility>

#include "common/concurrency/executor.h"

namespace longtake {

// Thread-safe as far as the tasks are.
class InlineExecutor final : public Executor {
 public:
  Status Schedule(Task task) override {
    std::move(task)();
    return OkStatus();
  }
};

}  // namespace longtake
