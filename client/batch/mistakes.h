#pragma once
// All that is wrong with a batch, in one report.

#include <set>
#include <string>
#include <utility>

#include "common/config/config_node.h"
#include "common/status/status.h"

namespace longtake::client {

// Thread-compatible.
class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}

  // What 200 jobs inherit is told once.
  void Add(int line, const std::string& text) {
    found_.emplace(line, OneLine(text));
  }
  void AddUnlessOk(int line, const Status& status);

  bool empty() const { return found_.empty(); }
  // OK when there are none; else InvalidArgument: how many, then each on a line
  // that begins with "FILE:LINE: ", in the file's order.
  Status ToStatus() const;

 private:
  const std::string file_;
  std::set<std::pair<int, std::string>> found_;
};

}  // namespace longtake::client
