#include "client/farm/fetch.h"

#include <memory>

#include "client/files/output_file.h"

namespace longtake::client {

Status FetchBlob(FarmConnection& farm, const BlobRef& blob,
                 const std::string& path, std::stop_token stop) {
  LT_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file,
                      OutputFile::Create(path));
  LT_RETURN_IF_ERROR(farm.DownloadBlob(
      blob, stop,
      [&file](std::string_view bytes) { return file->Append(bytes); }));
  return file->Commit();
}

}  // namespace longtake::client
