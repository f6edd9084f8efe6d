#include "client/cli/engine_check.h"

#include <gtest/gtest.h>

#include "worker/engine/hilm/hilm_engine.h"

namespace longtake::client {
namespace {

class CheckEngineTest : public testing::Test {
 protected:
  const Engines engines_ = {*worker::CreateHilmMotionEngine()};
  JobSpec spec_;
};

TEST_F(CheckEngineTest, KnownEngineWithItsControlsIsFine) {
  spec_.controls = {{"pose", "0.5"}, {"lip", "1"}};
  EXPECT_EQ(CheckEngine(engines_, spec_), OkStatus());
}

TEST_F(CheckEngineTest, UnknownEngineIsRefusedAndTheKnownOnesAreNamed) {
  spec_.engine = "foo";
  const Status status = CheckEngine(engines_, spec_);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(status).find("'foo'"), std::string::npos);
  EXPECT_NE(Message(status).find("hilm"), std::string::npos);
}

TEST_F(CheckEngineTest, UnknownControlsAndValuesAreRefused) {
  for (const Controls& controls :
       {Controls{{"charm", "1"}}, Controls{{"pose", "lots"}},
        Controls{{"pose", "nan"}}, Controls{{"lip", "-1"}}}) {
    spec_.controls = controls;
    const Status status = CheckEngine(engines_, spec_);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_NE(Message(status).find(controls.begin()->first), std::string::npos);
  }
}

}  // namespace
}  // namespace longtake::client
