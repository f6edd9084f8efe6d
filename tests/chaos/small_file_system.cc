#include "tests/chaos/small_file_system.h"

#include <sys/mount.h>

#include <filesystem>
#include <fstream>

namespace longtake::chaos {
namespace {

constexpr char kSize[] = "size=96m";
constexpr size_t kBlockBytes = 64 << 10;

}  // namespace

SmallFileSystem::SmallFileSystem()
    : mounted_(mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, kSize) == 0) {}

SmallFileSystem::~SmallFileSystem() {
  if (mounted_) umount2(dir_.path().c_str(), MNT_DETACH);
}

void SmallFileSystem::Fill() {
  std::ofstream file(dir_.Join("filler"), std::ios::binary);
  const std::string block(kBlockBytes, 'x');
  while (file.write(block.data(), block.size()).flush()) {
  }
}

void SmallFileSystem::Free() { std::filesystem::remove(dir_.Join("filler")); }

}  // namespace longtake::chaos
