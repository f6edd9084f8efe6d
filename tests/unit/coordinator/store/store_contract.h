#pragma once
// What every Store must do. An implementation instantiates the suite with a
// factory of empty stores:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, ::testing::Values(
//       StoreFactory([] { return std::make_unique<MemoryStore>(); })));

#include "tests/unit/coordinator/store/store_contract_healing.h"
#include "tests/unit/coordinator/store/store_contract_jobs.h"
#include "tests/unit/coordinator/store/store_contract_staying.h"
#include "tests/unit/coordinator/store/store_contract_workers.h"
