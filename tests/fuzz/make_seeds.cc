// Writes the seeds of the binary and JSON formats: small values of every kind.
// Seeds of text formats are written by hand.
//
//   make_fuzz_seeds DIRECTORY   (tests/fuzz/seeds)

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/digest/sha256.h"
#include "common/job/job_json.h"
#include "common/job/transcript_report.h"
#include "common/rpc/convert.h"
#include "coordinator/schedule/manifest.h"
#include "coordinator/store/redis/job_codec.h"
#include "coordinator/store/redis/task_codec.h"
#include "coordinator/store/redis/worker_codec.h"
#include "tests/unit/common/job/sample_values.h"
#include "tests/unit/worker/engine/rig/drawn_face.h"
#include "worker/engine/motion/key_motions.h"
#include "worker/engine/motion/track_codec.h"
#include "worker/engine/rig/fit.h"
#include "worker/engine/rig/rig_file.h"
#include "worker/engine/safetensors/safetensors.h"
#include "worker/mux/origin_marks.h"
#include "worker/stitch/evidence.h"

namespace longtake {
namespace {

// One thread only.
class Seeds {
 public:
  explicit Seeds(std::filesystem::path root) : root_(std::move(root)) {}

  void Write(const std::string& target, const std::string& name,
             const std::string& bytes) {
    const std::filesystem::path directory = root_ / target;
    std::filesystem::create_directories(directory);
    std::ofstream out(directory / name, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    good_ = good_ && out.flush().good();
  }
  bool good() const { return good_; }

 private:
  const std::filesystem::path root_;
  bool good_ = true;
};

JobView SampleView() {
  JobView view;
  view.job_id = "0123456789abcdef0123456789abcdef";
  view.tenant = "acme";
  view.spec = SampleJobSpec();
  view.state = JobState::kSucceeded;
  view.progress.frames_total = 100;
  view.progress.segments_total = 2;
  view.take = SampleBlob("take");
  view.warnings = {"very quiet"};
  return view;
}

// `which`: the message's place in protos.cc.
template <typename Proto>
void WriteProto(char which, const std::string& name, const Proto& proto,
                Seeds* seeds) {
  seeds->Write("protos", name,
               std::string(1, which) + proto.SerializeAsString());
}

void WriteJobs(Seeds* seeds) {
  seeds->Write("job_json", "job", JobSpecToJson(SampleJobSpec()));
  seeds->Write("job_json", "guided_job", JobSpecToJson(SampleGuidedJobSpec()));
  WriteProto(0, "job_spec", ToProto(SampleJobSpec()), seeds);
  WriteProto(0, "guided_job_spec", ToProto(SampleGuidedJobSpec()), seeds);
  WriteProto(3, "job", ToProto(SampleView()), seeds);
  WriteProto(7, "fencing_token",
             ToProto(FencingToken{"job", "render-00012-g0", 3, 2}), seeds);
  WriteProto(10, "engine", ToProto(EngineBinding{"hilm", "5", "cpu", 2, 7}),
             seeds);
  coordinator::JobManifest manifest;
  manifest.job_id = MakeJobId("acme", "key");
  manifest.tenant = "acme";
  manifest.idempotency_key = "key";
  manifest.spec = SampleJobSpec();
  manifest.submitted_at_micros = 1764252000000000;
  seeds->Write("job_json", "manifest", coordinator::ManifestToJson(manifest));
  seeds->Write("job_json", "transcript",
               TranscriptReportToJson(
                   {{1, "Hello there.", true, 0, 900000, 1},
                    {2, "Nobody said so", false, 900000, 1000000, 0}}));
}

void WriteTasks(Seeds* seeds) {
  for (const TaskSpec& spec : SampleTaskSpecs()) {
    const std::string name = "task_" + TaskKindName(spec.kind());
    seeds->Write("job_json", name, TaskSpecToJson(spec));
    WriteProto(1, name, ToProto(spec), seeds);
  }
  for (const TaskResult& result : SampleTaskResults()) {
    const std::string name = "result_" + TaskKindName(result.kind());
    seeds->Write("job_json", name, TaskResultToJson(result));
    WriteProto(2, name, ToProto(result), seeds);
  }
}

void WriteMotion(Seeds* seeds) {
  worker::KeyMotions keys;
  keys.poses = {{1, 2, 3, 4, 5, 6, 7}, {-1, -2, -3, 0, 0, 0, 255}};
  keys.blinks = {{500000, 90, 10, 240, 255}};
  keys.glances = {{600000, 900000, -3, 4}};
  keys.fixations = {{0, 5, 6}, {700000, -5, 6}};
  keys.emotions = {{0, worker::Emotion::kSad, 128}};
  keys.turns = {{0, 1, 2, 3}, {900000, 3, 2, 1}};
  keys.phones = {{100000, 90000, 7, 255}};
  seeds->Write("motion_codecs", "keys", worker::SerializeKeyMotions(keys));
  seeds->Write("motion_codecs", "no_keys", worker::SerializeKeyMotions({}));
  worker::MotionTrack track{{30, 1}, {0, 2}, {}};
  track.frames.resize(2);
  track.frames[1].fill(0.5f);
  seeds->Write("motion_codecs", "track", worker::SerializeMotionTrack(track));
  worker::EvidenceBuilder builder({1, 3}, {0, 4}, 16, 16);
  for (FrameIndex f = 0; f < 4; ++f) {
    worker::YuvFrame frame(16, 16);
    frame.y.assign(frame.y.size(), static_cast<uint8_t>(16 + f));
    (void)builder.Add(f, {}, &frame);
  }
  seeds->Write("motion_codecs", "evidence", builder.Finish().value_or(""));
}

// As Redis answers it: RESP's array of byte strings.
std::string Wire(const std::vector<std::string>& texts) {
  std::string wire = fmt::format("*{}\r\n", texts.size());
  for (const std::string& text : texts) {
    wire += fmt::format("${}\r\n{}\r\n", text.size(), text);
  }
  return wire;
}

void WriteRedisJob(Seeds* seeds) {
  namespace redis = coordinator::redis;
  coordinator::JobRecord job;
  job.job_id = MakeJobId("acme", "key");
  job.tenant = "acme";
  job.spec = SampleJobSpec();
  job.binding = EngineBinding{"hilm", "5", "cpu", 2, 7};
  job.segments = {{0, 36}, {36, 100}};
  job.seams = {{36, 1.1, 50, 0.01, SeamVerdict::kPass, true}};
  job.take = SampleBlob("take");
  std::vector<std::string> hash, load;
  for (const auto& [field, value] : redis::EncodeJob(job)) {
    hash.insert(hash.end(), {field, value});
  }
  for (const std::string& field : redis::LoadFields()) {
    const auto at = std::find(hash.begin(), hash.end(), field);
    load.push_back(at == hash.end() ? "" : *std::next(at));
  }
  seeds->Write("redis_records", "job", Wire(hash));
  seeds->Write("redis_records", "load", Wire(load));
  seeds->Write("redis_records", "event",
               "*2\r\n$3\r\n7-0\r\n" + Wire({"at", "1764252000000000", "state",
                                             "running", "text", "go on"}));
}

void WriteRedis(Seeds* seeds) {
  namespace redis = coordinator::redis;
  WriteRedisJob(seeds);
  coordinator::TaskRecord task;
  task.kind = TaskKind::kRender;
  task.segment = 1;
  task.range = {36, 100};
  task.needs = SampleJobSpec().needs;
  task.failed_workers = {"w1"};
  task.last_error = Unavailable("gone");
  // With what the scripts add.
  auto record = nlohmann::json::from_msgpack(redis::EncodeNewTask(task));
  record["i"] = 3;
  record["s"] = 1;
  record["a"] = 2;
  record["L"] = {{2, 1, "w2", 10, 20, 30, 5, 0}};
  record["C"] = {{1, 1, "w1", 1, 2, 3, 3, 0}};
  std::string bytes;
  nlohmann::json::to_msgpack(record, bytes);
  seeds->Write("redis_records", "task", bytes);
  coordinator::WorkerRecord worker;
  worker.worker_id = "w1";
  worker.version = "0.1.0";
  worker.slots = 2;
  worker.offer.engines = {{"hilm", "5", "cpu", 2, 7}};
  worker.offer.pools = {"gpu"};
  const std::string text = redis::WorkerToJson(worker);
  seeds->Write("redis_records", "worker", text);
  seeds->Write("redis_records", "worker_fields",
               Wire({text, "1764252000000000", "1",
                     redis::HealthToJson({{"job"}, 1, absl::UnixEpoch()})}));
  seeds->Write("redis_records", "slots",
               "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$4\r\nhost\r\n:6379\r\n");
  seeds->Write("redis_records", "queue", "hilm/any/gpu/0/nvenc+spot:-3");
  seeds->Write("redis_records", "moved", "MOVED 3999 host:6380");
}

void WriteXmp(Seeds* seeds) {
  const std::string packet =
      worker::XmpPacket("trainedAlgorithmicMedia", Sha256Hex("inputs"));
  const std::string first("\0\0\0\x08wide", 8);
  seeds->Write("xmp", "box", first + worker::XmpBox(packet));
  seeds->Write("xmp", "packet", packet);
  seeds->Write("xmp", "long_box",
               std::string("\0\0\0\1free\0\0\0\0\0\0\0\x11x", 17) +
                   worker::XmpBox("<xmp:CreatorTool>x</xmp:CreatorTool>"));
}

void WriteTensors(Seeds* seeds) {
  worker::Safetensors file;
  file.PutFloats("weights", std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  file.PutBytes("mask", std::vector<uint8_t>{0, 255}, {2});
  file.PutInt64("step", 7);
  file.PutText("format", "pt");
  seeds->Write("safetensors", "tensors", file.Serialize());
  seeds->Write("safetensors", "nothing", worker::Safetensors().Serialize());
  worker::DrawnFace face;
  face.width = 64;
  face.height = 64;
  face.iod_px = 14;
  face.origin_x = 32;
  face.origin_y = 24;
  const auto rig = worker::FitRig(face.Draw(), face.Landmarks(), 1);
  if (rig.ok()) {
    seeds->Write("safetensors", "rig", worker::SerializeRig(*rig));
  } else {
    std::fprintf(stderr, "no rig: %s\n", Message(rig.status()).c_str());
  }
}

}  // namespace
}  // namespace longtake

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  longtake::Seeds seeds(argv[1]);
  longtake::WriteJobs(&seeds);
  longtake::WriteTasks(&seeds);
  longtake::WriteMotion(&seeds);
  longtake::WriteRedis(&seeds);
  longtake::WriteTensors(&seeds);
  longtake::WriteXmp(&seeds);
  return seeds.good() ? 0 : 1;
}
