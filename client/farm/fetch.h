#pragma once
// A finished take from a farm to a file.

#include <stop_token>
#include <string>

#include "client/farm/farm_connection.h"
#include "common/job/job_view.h"
#include "common/status/status.h"

namespace longtake::client {

// Writes `blob` at `path`, whole or not at all.
Status FetchBlob(FarmConnection& farm, const BlobRef& blob,
                 const std::string& path, std::stop_token stop);

}  // namespace longtake::client
