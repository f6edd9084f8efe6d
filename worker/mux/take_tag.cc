#include "worker/mux/take_tag.h"

#include <sys/stat.h>

#include <memory>

#include "worker/media/input_file.h"
#include "worker/mux/take_muxer.h"

namespace longtake::worker {

StatusOr<std::string> ReadTakeTag(const std::string& path) {
  struct stat st = {};
  if (stat(path.c_str(), &st) != 0) return NotFound(path + ": no such file");
  StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open(
      path,
      {.what = path, .kind = "a take", .remedy = "", .probe_streams = false});
  if (!file.ok()) return std::string();
  const AVDictionaryEntry* e =
      av_dict_get((*file)->format()->metadata, kTagKey, nullptr, 0);
  const std::string_view value = e == nullptr ? "" : e->value;
  if (!value.starts_with(kTagPrefix)) return std::string();
  return std::string(value.substr(kTagPrefix.size()));
}

}  // namespace longtake::worker
