#include <utility>

#include "worker/metrics/worker_metrics.h"

namespace longtake::worker {
namespace {

class CountedWriter final : public BlobWriter {
 public:
  CountedWriter(std::unique_ptr<BlobWriter> inner, const WorkerMetrics& metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}

  Status Append(const void* data, size_t size_bytes) override {
    return inner_->Append(data, size_bytes);
  }
  StatusOr<BlobRef> Commit() override {
    StatusOr<BlobRef> blob = inner_->Commit();
    if (blob.ok()) metrics_.ArtifactWritten(blob->size_bytes);
    return blob;
  }

 private:
  const std::unique_ptr<BlobWriter> inner_;
  const WorkerMetrics metrics_;
};

class CountedStore final : public ArtifactStore {
 public:
  CountedStore(std::shared_ptr<ArtifactStore> inner,
               const WorkerMetrics& metrics)
      : inner_(std::move(inner)), metrics_(metrics) {}

  StatusOr<std::unique_ptr<BlobWriter>> CreateBlob() override {
    LT_ASSIGN_OR_RETURN(std::unique_ptr<BlobWriter> writer,
                        inner_->CreateBlob());
    return std::unique_ptr<BlobWriter>(
        std::make_unique<CountedWriter>(std::move(writer), metrics_));
  }
  StatusOr<std::string> TemporaryPath(const std::string& suffix) override {
    return inner_->TemporaryPath(suffix);
  }
  StatusOr<BlobRef> AdoptFile(const std::string& temporary_path) override {
    StatusOr<BlobRef> blob = inner_->AdoptFile(temporary_path);
    if (blob.ok()) metrics_.ArtifactWritten(blob->size_bytes);
    return blob;
  }
  StatusOr<std::unique_ptr<LocalBlob>> OpenBlob(const BlobRef& blob) override {
    auto opened = inner_->OpenBlob(blob);
    if (opened.ok()) metrics_.ArtifactRead(blob.size_bytes);
    return opened;
  }
  StatusOr<std::string> ReadBlob(const BlobRef& blob, int64_t offset,
                                 int64_t length) override {
    StatusOr<std::string> bytes = inner_->ReadBlob(blob, offset, length);
    if (bytes.ok()) metrics_.ArtifactRead(static_cast<int64_t>(bytes->size()));
    return bytes;
  }
  bool HasBlob(const BlobRef& blob) override { return inner_->HasBlob(blob); }
  Status VerifyBlob(const BlobRef& blob) override {
    return inner_->VerifyBlob(blob);
  }
  Status CheckRoom() override { return inner_->CheckRoom(); }
  StatusOr<bool> PutIfAbsent(const std::string& name,
                             const std::string& bytes) override {
    return inner_->PutIfAbsent(name, bytes);
  }
  Status Put(const std::string& name, const std::string& bytes) override {
    return inner_->Put(name, bytes);
  }
  StatusOr<std::string> Get(const std::string& name) override {
    return inner_->Get(name);
  }
  Status Delete(const std::string& name) override {
    return inner_->Delete(name);
  }
  StatusOr<std::vector<std::string>> List(const std::string& prefix) override {
    return inner_->List(prefix);
  }

 private:
  const std::shared_ptr<ArtifactStore> inner_;
  const WorkerMetrics metrics_;
};

}  // namespace

std::shared_ptr<ArtifactStore> CountBytes(std::shared_ptr<ArtifactStore> store,
                                          const WorkerMetrics& metrics) {
  return std::make_shared<CountedStore>(std::move(store), metrics);
}

}  // namespace longtake::worker
