// Draws a portrait in every viseme, emotion and some turns of the head:
//
//   portrait_sheets --portrait FILE --models DIR --output DIR
//                   [--view face|mouth] [--zoom 1]
//
// writes DIR/visemes.png and DIR/emotions.png.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "tools/sheets/sheets.h"
#include "worker/engine/hilm/hilm_engine.h"
#include "worker/media/image_file.h"

namespace longtake::tools {
namespace {

constexpr int kVisemeColumns = 6;

struct Arguments {
  std::string portrait, models, output, view = "face";
  int zoom = 1;
};

Status Run(const Arguments& args) {
  LT_ASSIGN_OR_RETURN(const worker::Image portrait,
                      worker::DecodeImage(args.portrait, args.portrait));
  LT_ASSIGN_OR_RETURN(const auto engine,
                      worker::CreateHilmEngine({args.models, "cpu"}));
  worker::IdentityOptions options;
  options.portrait_name = args.portrait;
  LT_ASSIGN_OR_RETURN(const worker::EncodedIdentity identity,
                      engine->EncodeIdentity(portrait, options));
  const View view = args.view == "mouth" ? View::kMouth : View::kFace;
  LT_ASSIGN_OR_RETURN(const worker::Image visemes,
                      DrawSheet(*engine, identity.latent, VisemePoses(),
                                kVisemeColumns, view, args.zoom));
  LT_ASSIGN_OR_RETURN(const worker::Image emotions,
                      DrawSheet(*engine, identity.latent, EmotionPoses(),
                                kEmotionColumns, view, args.zoom));
  LT_RETURN_IF_ERROR(worker::WritePng(visemes, args.output + "/visemes.png"));
  return worker::WritePng(emotions, args.output + "/emotions.png");
}

}  // namespace
}  // namespace longtake::tools

int main(int argc, char** argv) {
  longtake::tools::Arguments args;
  CLI::App app("A portrait in every viseme and emotion");
  app.add_option("--portrait", args.portrait)->required();
  app.add_option("--models", args.models, "the folder that holds face-api/")
      ->required();
  app.add_option("--output", args.output, "an existing folder")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("--view", args.view)->check(CLI::IsMember({"face", "mouth"}));
  app.add_option("--zoom", args.zoom)->check(CLI::Range(1, 8));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const longtake::Status status = longtake::tools::Run(args);
  if (status.ok()) return 0;
  std::fprintf(stderr, "portrait_sheets: %s\n",
               std::string(status.message()).c_str());
  return 2;
}
