#pragma once
// Builds by the real docker command line with its buildx and compose plugins. scripts/fetch-plugins brings
// them.

#include "e2e/build_support.hpp"

namespace dhow::test {

class Buildx : public Builds {
  protected:
    Door door() const override { return Door::buildx; }

    std::string fails(const std::string& dockerfile, const std::string& options = "") const {
        auto result = try_build(dockerfile, options);
        EXPECT_EQ(result.status, 1) << describe(result);
        return result.err;
    }
};

}  // namespace dhow::test
