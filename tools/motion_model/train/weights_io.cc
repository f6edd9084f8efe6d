#include "tools/motion_model/train/weights_io.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "worker/engine/speech/weights_file.h"

namespace longtake::training {

StatusOr<worker::Safetensors> ReadWeights(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound(path + ": can't be read");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return worker::OpenWeights(bytes.str(), path);
}

Status WriteWeights(worker::Safetensors file, const std::string& path) {
  const std::string bytes = worker::SealWeights(std::move(file));
  const std::string part = path + ".part";
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) {
      return FailedPrecondition(fmt::format("{}: can't be written", part));
    }
  }
  std::error_code error;
  std::filesystem::rename(part, path, error);
  if (!error) return OkStatus();
  return FailedPrecondition(fmt::format("{}: {}", path, error.message()));
}

}  // namespace longtake::training
