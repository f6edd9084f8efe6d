#include "client/embedded/watched_store.h"

namespace longtake::client {

Status WatchedStore::VerifyBlob(const BlobRef& blob) {
  const Status status = inner_->VerifyBlob(blob);
  // It is removed with the first such answer: each is told once.
  if (status.code() == StatusCode::kDataLoss) ++damaged_blobs_;
  return status;
}

StatusOr<std::unique_ptr<BlobWriter>> WatchedStore::CreateBlob() {
  return inner_->CreateBlob();
}
StatusOr<std::string> WatchedStore::TemporaryPath(const std::string& suffix) {
  return inner_->TemporaryPath(suffix);
}
StatusOr<BlobRef> WatchedStore::AdoptFile(const std::string& temporary_path) {
  return inner_->AdoptFile(temporary_path);
}
StatusOr<std::unique_ptr<LocalBlob>> WatchedStore::OpenBlob(
    const BlobRef& blob) {
  return inner_->OpenBlob(blob);
}
StatusOr<std::string> WatchedStore::ReadBlob(const BlobRef& blob,
                                             int64_t offset, int64_t length) {
  return inner_->ReadBlob(blob, offset, length);
}
bool WatchedStore::HasBlob(const BlobRef& blob) {
  return inner_->HasBlob(blob);
}
Status WatchedStore::CheckRoom() { return inner_->CheckRoom(); }
StatusOr<bool> WatchedStore::PutIfAbsent(const std::string& name,
                                         const std::string& bytes) {
  return inner_->PutIfAbsent(name, bytes);
}
Status WatchedStore::Put(const std::string& name, const std::string& bytes) {
  return inner_->Put(name, bytes);
}
StatusOr<std::string> WatchedStore::Get(const std::string& name) {
  return inner_->Get(name);
}
Status WatchedStore::Delete(const std::string& name) {
  return inner_->Delete(name);
}
StatusOr<std::vector<std::string>> WatchedStore::List(
    const std::string& prefix) {
  return inner_->List(prefix);
}

}  // namespace longtake::client
