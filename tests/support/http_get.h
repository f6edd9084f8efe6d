#pragma once
// One HTTP request over a plain socket, for tests.

#include <string>

namespace longtake {

struct HttpReply {
  int code = 0;  // 0: no answer
  std::string head;
  std::string body;
};

// At 127.0.0.1. Gives up after a few seconds.
HttpReply HttpRequest(int port, const std::string& method,
                      const std::string& path);
inline HttpReply HttpGet(int port, const std::string& path) {
  return HttpRequest(port, "GET", path);
}

}  // namespace longtake
