#include "worker/engine/hilm/motion_model_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "worker/engine/speech/weights_file.h"

namespace longtake::worker {

StatusOr<std::unique_ptr<SpeechMotionModel>> OpenMotionModel(
    const std::string& models_dir) {
  const std::string path = models_dir + "/hilm/motion.safetensors";
  std::string bytes, name = "built-in motion weights";
  std::error_code error;
  if (!models_dir.empty() && std::filesystem::exists(path, error)) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return FailedPrecondition(path + ": can't be read");
    bytes = text.str();
    name = path;
  }
  return SpeechMotionModel::Create(
      bytes.empty() ? BuiltInWeights() : std::string_view(bytes), name);
}

}  // namespace longtake::worker
