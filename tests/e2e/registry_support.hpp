#pragma once
// Tests of the suite's daemon beside a registry.

#include "support/end_to_end.hpp"
#include "support/registry.hpp"

namespace dhow::test {

class BesideRegistry : public EndToEnd {
  protected:
    void SetUp() override {
        if (auto missing = Registry::missing()) GTEST_SKIP() << *missing;
    }
    void TearDown() override {
        // Images of the test have names: they would outlive it.
        run(daemon().sh(
            "docker images --format '{{.Repository}}:{{.Tag}}' | grep ^127 | xargs -r docker rmi -f"));
        run(
            daemon().sh("docker images --digests --format '{{.Repository}}@{{.Digest}}' | grep ^127 | xargs "
                        "-r docker rmi -f"));
        EndToEnd::TearDown();
    }
};

}  // namespace dhow::test
