#include "tests/support/http_get.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>

namespace longtake {
namespace {

constexpr timeval kLimit = {10, 0};

std::string Exchange(int fd, int port, const std::string& request) {
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kLimit, sizeof(kLimit));
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kLimit, sizeof(kLimit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address),
                sizeof(address)) != 0 ||
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size())) {
    return "";
  }
  std::string answer;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
    answer.append(buffer, static_cast<size_t>(n));
  }
  return answer;
}

}  // namespace

HttpReply HttpRequest(int port, const std::string& method,
                      const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {};
  const std::string answer =
      Exchange(fd, port,
               method + " " + path +
                   " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  ::close(fd);
  HttpReply reply;
  const size_t end = answer.find("\r\n\r\n");
  const size_t space = answer.find(' ');
  if (end == std::string::npos || space == std::string::npos) return reply;
  reply.code = std::atoi(answer.c_str() + space);
  reply.head = answer.substr(0, end);
  reply.body = answer.substr(end + 4);
  return reply;
}

}  // namespace longtake
