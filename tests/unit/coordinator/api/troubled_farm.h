#pragma once
// A farm whose artifact store gets into trouble: full, broken, slow, or with
// files that are damaged or gone.

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/coordinator/api/scripted_farm.h"

namespace longtake::coordinator {

// A store with troubles of a test's making. Set them while nothing runs.
class TroubledStore final : public ArtifactStore {
 public:
  explicit TroubledStore(std::shared_ptr<ArtifactStore> real)
      : real_(std::move(real)) {}

  Status record_trouble;  // of writing a result record
  Status room;
  std::function<void()> on_verify;

  StatusOr<std::unique_ptr<BlobWriter>> CreateBlob() override {
    return real_->CreateBlob();
  }
  StatusOr<std::string> TemporaryPath(const std::string& suffix) override {
    return real_->TemporaryPath(suffix);
  }
  StatusOr<BlobRef> AdoptFile(const std::string& path) override {
    return real_->AdoptFile(path);
  }
  StatusOr<std::unique_ptr<LocalBlob>> OpenBlob(const BlobRef& b) override {
    return real_->OpenBlob(b);
  }
  StatusOr<std::string> ReadBlob(const BlobRef& b, int64_t offset,
                                 int64_t length) override {
    return real_->ReadBlob(b, offset, length);
  }
  bool HasBlob(const BlobRef& b) override { return real_->HasBlob(b); }
  Status VerifyBlob(const BlobRef& b) override {
    if (on_verify) on_verify();
    return real_->VerifyBlob(b);
  }
  Status CheckRoom() override { return room; }
  StatusOr<bool> PutIfAbsent(const std::string& name,
                             const std::string& bytes) override {
    if (name.starts_with("results/") && !record_trouble.ok()) {
      return record_trouble;
    }
    return real_->PutIfAbsent(name, bytes);
  }
  Status Put(const std::string& name, const std::string& bytes) override {
    return real_->Put(name, bytes);
  }
  StatusOr<std::string> Get(const std::string& name) override {
    return real_->Get(name);
  }
  Status Delete(const std::string& name) override {
    return real_->Delete(name);
  }
  StatusOr<std::vector<std::string>> List(const std::string& prefix) override {
    return real_->List(prefix);
  }

 private:
  const std::shared_ptr<ArtifactStore> real_;
};

class StoreTroubleTest : public ScriptedFarm {
 protected:
  StoreTroubleTest() {
    store_ = std::make_shared<TroubledStore>(artifacts_);
    artifacts_ = store_;
    StartServer();
  }

  std::string PathOf(const BlobRef& blob) {
    return directory_.Join("blobs/" + blob.sha256.substr(0, 2) + "/" +
                           blob.sha256);
  }

  // Another first byte, the size as before.
  void Damage(const std::string& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto first = static_cast<char>(file.get());
    file.seekp(0);
    file.put(static_cast<char>(first ^ 1));
    ASSERT_TRUE(file.flush().good()) << path;
  }

  bool IsMissing(const BlobRef& blob) {
    v1::FindMissingRequest request;
    *request.add_blobs() = ToProto(blob);
    grpc::ClientContext context;
    v1::FindMissingResponse response;
    EXPECT_TRUE(farm_->FindMissing(&context, request, &response).ok());
    return response.missing_size() > 0;
  }

  grpc::Status Upload(const BlobRef& blob, const std::string& bytes) {
    grpc::ClientContext context;
    v1::UploadArtifactResponse response;
    auto writer = farm_->UploadArtifact(&context, &response);
    v1::UploadArtifactRequest message;
    *message.mutable_expect() = ToProto(blob);
    writer->Write(message);
    message.set_data(bytes);
    writer->Write(message);
    writer->WritesDone();
    return writer->Finish();
  }

  std::shared_ptr<TroubledStore> store_;
};

}  // namespace longtake::coordinator
