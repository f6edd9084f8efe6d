#include "tests/chaos/network.h"

#include <fmt/format.h>
#include <unistd.h>

#include <sstream>

#include "common/testing/temp_dir.h"
#include "tests/support/process.h"

namespace longtake::chaos {
namespace {

constexpr char kIp[] = "/sbin/ip";
// 10.213.<octet>.1 and .2, by process, so that tests side by side don't meet.
constexpr int kOctets = 250;

ProcessResult Ip(const std::string& arguments) {
  TempDir dir;
  std::vector<std::string> argv = {kIp};
  std::istringstream words(arguments);
  for (std::string word; words >> word;) argv.push_back(word);
  return RunProcess(argv, dir.Join("ip"));
}

}  // namespace

std::unique_ptr<NetworkIsland> NetworkIsland::Create(std::string* why) {
  std::unique_ptr<NetworkIsland> island(new NetworkIsland());
  const int id = getpid();
  const int octet = 1 + id % kOctets;
  island->name_ = fmt::format("longtake-{}", id);
  island->here_ = fmt::format("lt{}a", id);
  island->there_ = fmt::format("lt{}b", id);
  island->host_ = fmt::format("10.213.{}.1", octet);
  island->guest_ = fmt::format("10.213.{}.2", octet);
  const NetworkIsland& it = *island;
  const std::string steps[] = {
      fmt::format("netns add {}", it.name_),
      fmt::format("link add {} type veth peer name {} netns {}", it.here_,
                  it.there_, it.name_),
      fmt::format("addr add {}/24 dev {}", it.host_, it.here_),
      fmt::format("link set {} up", it.here_),
      fmt::format("-n {} addr add {}/24 dev {}", it.name_, it.guest_,
                  it.there_),
      fmt::format("-n {} link set {} up", it.name_, it.there_),
      fmt::format("-n {} link set lo up", it.name_)};
  for (const std::string& step : steps) {
    const ProcessResult result = Ip(step);
    if (result.code == 0) continue;
    *why = fmt::format("ip {}: {}", step, result.err);
    return nullptr;
  }
  return island;
}

NetworkIsland::~NetworkIsland() {
  Ip(fmt::format("link del {}", here_));
  Ip(fmt::format("netns del {}", name_));
}

std::vector<std::string> NetworkIsland::Prefix() const {
  return {kIp, "netns", "exec", name_};
}

void NetworkIsland::PullCable() { Ip(fmt::format("link set {} down", here_)); }
void NetworkIsland::PlugIn() { Ip(fmt::format("link set {} up", here_)); }

}  // namespace longtake::chaos
