#include "worker/task/analyze_portrait.h"

#include <memory>
#include <string>
#include <utility>

#include "worker/media/image_file.h"
#include "worker/task/blob_input.h"

namespace longtake::worker {

StatusOr<TaskResult> RunAnalyzePortrait(const AnalyzePortraitTask& task,
                                        TaskContext& context) {
  const std::string& name = task.portrait.name;
  LT_ASSIGN_OR_RETURN(
      const std::unique_ptr<LocalBlob> file,
      OpenInput(context.store, task.portrait.blob, "portrait " + name));
  LT_ASSIGN_OR_RETURN(
      const Image portrait,
      DecodeImage(file->path(), name,
                  task.max_pixels > 0 ? task.max_pixels : kMaxImagePixels));
  if (context.stop.stop_requested()) return Cancelled("analysis stopped");
  LT_ASSIGN_OR_RETURN(
      EncodedIdentity identity,
      context.engine.EncodeIdentity(portrait, {task.width, task.height, name,
                                               task.face, task.max_faces}));
  AnalyzePortraitResult result;
  LT_ASSIGN_OR_RETURN(result.identity, PutBlob(context.store, identity.latent));
  TaskResult done;
  done.result = std::move(result);
  done.warnings = std::move(identity.warnings);
  return done;
}

}  // namespace longtake::worker
