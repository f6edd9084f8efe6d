#include "worker/engine/hilm/hilm_engine.h"

#include <span>
#include <utility>

#include "fmt/format.h"
#include "worker/engine/hilm/motion_model_file.h"
#include "worker/engine/hilm/numerics_class.h"
#include "worker/engine/identity/face_networks.h"
#include "worker/engine/identity/framing.h"
#include "worker/engine/identity/threading.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/windows.h"
#include "worker/engine/render/drawer.h"
#include "worker/engine/rig/fit.h"
#include "worker/engine/rig/rig_file.h"
#include "worker/engine/safetensors/safetensors.h"
#include "worker/engine/speech/speech_motion_model.h"
#include "worker/engine/speech/transcript_plan.h"

namespace longtake::worker {
namespace {

// Rises when any output of any call can change.
constexpr char kHilmVersion[] = "7";

// Frames past each end of a segment that are drawn as evidence for its seams.
constexpr int kOverlapFrames = 2;

class HilmRenderer : public FrameRenderer {
 public:
  explicit HilmRenderer(std::unique_ptr<FrameDrawer> drawer)
      : drawer_(std::move(drawer)) {}

  Status Render(const MotionFrame& motion, FrameIndex /*index*/,
                Image* out) override {
    SetDeterministicThreading();
    return drawer_->Draw(motion, out);
  }

  int preferred_batch() const override { return drawer_->batch_frames(); }

  Status RenderBatch(std::span<const MotionFrame> motions, FrameIndex first,
                     std::span<Image> out) override {
    SetDeterministicThreading();
    return drawer_->DrawBatch(motions, first, out);
  }

 private:
  const std::unique_ptr<FrameDrawer> drawer_;
};

// Frames of a device have other bits when they are drawn in batches of another
// size.
std::string NumericsOf(const std::string& device) {
  const std::string libraries = NumericsClass(device);
  if (device == "cpu") return libraries;
  return fmt::format("{}/batch-{}", libraries, kDeviceBatchFrames);
}

class HilmEngine : public Engine {
 public:
  // networks: null for motion alone.
  HilmEngine(HilmOptions options, std::unique_ptr<FaceNetworks> networks,
             std::unique_ptr<SpeechMotionModel> model)
      : options_(std::move(options)),
        description_{.name = "hilm",
                     .version = kHilmVersion,
                     .numerics_class = NumericsOf(options_.device),
                     .overlap_frames = kOverlapFrames},
        networks_(std::move(networks)),
        model_(std::move(model)) {}

  const EngineDescription& Describe() const override { return description_; }

  StatusOr<EncodedIdentity> EncodeIdentity(
      const Image& portrait, const IdentityOptions& options) const override {
    if (!networks_) {
      return FailedPrecondition(
          "this engine was made for motion alone: it has no face networks");
    }
    SetDeterministicThreading();
    EncodedIdentity identity;
    LT_ASSIGN_OR_RETURN(
        const FramedPortrait framed,
        FramePortrait(*networks_, portrait, options, &identity.warnings));
    auto rig = FitRig(framed.image, framed.landmarks_px, framed.source_scale);
    if (!rig.ok()) {
      return Annotate(rig.status(), "portrait " + options.portrait_name);
    }
    Safetensors file;
    AddRig(*rig, &file);
    file.PutFloats("identity.descriptor", framed.descriptor,
                   {static_cast<int64_t>(framed.descriptor.size())});
    identity.latent = file.Serialize();
    return identity;
  }

  StatusOr<MotionPlan> PlanMotion(const MotionRequest& request) const override {
    LT_ASSIGN_OR_RETURN(KeyMotions keys, PlanKeyMotions(request));
    MotionPlan plan;
    LT_ASSIGN_OR_RETURN(plan.transcript,
                        AddTranscript(model_->net(), request, &keys));
    plan.key_motions = SerializeKeyMotions(keys);
    return plan;
  }

  StatusOr<std::string> MotionInputDigest(const MotionRequest& request,
                                          const std::string& key_motions,
                                          FrameRange range) const override {
    LT_ASSIGN_OR_RETURN(const KeyMotions keys, ParseKeyMotions(key_motions));
    return worker::MotionInputDigest(*model_, request, keys, range);
  }

  StatusOr<MotionTrack> SampleMotion(const MotionRequest& request,
                                     const std::string& key_motions,
                                     FrameRange range) const override {
    LT_ASSIGN_OR_RETURN(const KeyMotions keys, ParseKeyMotions(key_motions));
    return worker::SampleMotion(*model_, request, keys, range);
  }

  StatusOr<std::unique_ptr<FrameRenderer>> OpenRenderer(
      const std::string& identity_latent) const override {
    SetDeterministicThreading();
    LT_ASSIGN_OR_RETURN(const Safetensors file,
                        Safetensors::Parse(identity_latent));
    LT_ASSIGN_OR_RETURN(FaceRig rig, ReadRig(file));
    auto shared = std::make_shared<const FaceRig>(std::move(rig));
    LT_ASSIGN_OR_RETURN(
        std::unique_ptr<FrameDrawer> drawer,
        options_.device == "cpu"
            ? CreateHostDrawer(std::move(shared))
            : CreateTorchDrawer(std::move(shared),
                                {.device = options_.device,
                                 .batch_frames = kDeviceBatchFrames}));
    return std::make_unique<HilmRenderer>(std::move(drawer));
  }

 private:
  const HilmOptions options_;
  const EngineDescription description_;
  const std::unique_ptr<FaceNetworks> networks_;
  const std::unique_ptr<const SpeechMotionModel> model_;
};

}  // namespace

StatusOr<std::shared_ptr<const Engine>> CreateHilmEngine(
    const HilmOptions& options) {
  SetDeterministicThreading();
  LT_ASSIGN_OR_RETURN(std::unique_ptr<FaceNetworks> networks,
                      FaceNetworks::Load(options.models_dir + "/face-api"));
  LT_ASSIGN_OR_RETURN(std::unique_ptr<SpeechMotionModel> model,
                      OpenMotionModel(options.models_dir));
  return std::make_shared<const HilmEngine>(options, std::move(networks),
                                            std::move(model));
}

StatusOr<std::shared_ptr<const Engine>> CreateHilmMotionEngine(
    const std::string& models_dir) {
  SetDeterministicThreading();
  LT_ASSIGN_OR_RETURN(std::unique_ptr<SpeechMotionModel> model,
                      OpenMotionModel(models_dir));
  return std::make_shared<const HilmEngine>(HilmOptions{models_dir, "cpu"},
                                            nullptr, std::move(model));
}

}  // namespace longtake::worker
