#include "worker/app/engines.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "worker/engine/hilm/hilm_engine.h"

namespace longtake::worker {

std::string DefaultModelsDirectory() {
  std::error_code error;
  const std::filesystem::path binary =
      std::filesystem::read_symlink("/proc/self/exe", error);
  return (binary.parent_path().parent_path() / "share/longtake/models")
      .string();
}

StatusOr<std::vector<std::shared_ptr<const Engine>>> BuildEngines(
    const EngineOptions& options) {
  HilmOptions hilm;
  hilm.models_dir = options.models_dir.empty() ? DefaultModelsDirectory()
                                               : options.models_dir;
  hilm.device = options.device;
  LT_ASSIGN_OR_RETURN(std::shared_ptr<const Engine> engine,
                      CreateHilmEngine(hilm));
  std::vector<std::shared_ptr<const Engine>> engines;
  engines.push_back(std::move(engine));
  return engines;
}

}  // namespace longtake::worker
