#pragma once
// A network namespace joined to this one by a pair of virtual interfaces, whose
// cable a test can pull: nothing is refused, nothing is answered.

#include <memory>
#include <string>
#include <vector>

namespace longtake::chaos {

// One thread only. The destructor removes namespace and interfaces.
class NetworkIsland {
 public:
  // Null where this process may not make one; `why` then says it.
  static std::unique_ptr<NetworkIsland> Create(std::string* why);
  ~NetworkIsland();

  // This side's address, that the island reaches.
  const std::string& host() const { return host_; }
  // Put before a program's arguments, it runs there.
  std::vector<std::string> Prefix() const;
  void PullCable();
  void PlugIn();

 private:
  NetworkIsland() = default;

  std::string name_, here_, there_, host_, guest_;
};

}  // namespace longtake::chaos
