#pragma once
// Builds by each of the three doors: POST /build as the docker command asks for it with the classic builder,
// the same as `dhow build` does, and BuildKit's API as docker's buildx plugin does. With DHOW_PEER in the
// environment the same is tried on dockerd.

#include <cstdlib>
#include <string>

#include <gmock/gmock.h>

#include "support/doors.hpp"
#include "support/end_to_end.hpp"

namespace dhow::test {

class BuildTest : public EndToEnd, public testing::WithParamInterface<Door> {
  protected:
    void SetUp() override {
        if (auto why = missing(GetParam())) GTEST_SKIP() << *why;
        std::filesystem::remove_all(context());
        std::filesystem::create_directories(context());
    }

    static bool is(Door door) { return GetParam() == door; }
    /// Whether it has what only BuildKit has: the classic builder of dockerd has not.
    static bool is_classic_peer() { return is_peer() && is(Door::classic); }
    static bool is_peer() { return std::getenv("DHOW_PEER"); }

    static std::filesystem::path context() { return daemon().work() / "context"; }
    static void put(const std::string& name, std::string_view text) {
        std::filesystem::create_directories((context() / name).parent_path());
        write_file(context() / name, text);
    }
    static std::string read(const std::string& name) { return read_file(context() / name); }
    static Command command(const std::string& text) {
        return through(daemon(), GetParam(), "cd context && " + text);
    }
    /// A line of bash in the context's folder.
    static Result line(const std::string& text) { return run(command(text)); }
    static Result try_build(const std::string& dockerfile, const std::string& options = "") {
        put("Dockerfile", dockerfile);
        return line("docker build " + options + " -t built .");
    }
    /// Builds the image "built". @return what the build showed
    static std::string build(const std::string& dockerfile, const std::string& options = "") {
        auto result = try_build(dockerfile, options);
        EXPECT_EQ(result.status, 0) << describe(result);
        return is(Door::buildx) ? result.err : result.out;
    }
    /// How a step shows that it was not run.
    static std::string cached() { return is(Door::buildx) ? " CACHED\n" : " ---> Using cache\n"; }
    /// What a command in the image says.
    static std::string in_image(const std::string& command) { return docker("run --rm built " + command); }
    static std::string config(const std::string& format) {
        return inspect("built", "{{json .Config." + format + "}}");
    }
    void TearDown() override {
        // Containers first: what they stand on stays. Then leaves, and what has become one.
        daemon().remove_all();
        daemon().docker("rmi -f built other other:1 base");
        for (int i = 0; i < 3; ++i) daemon().docker("image prune -f");
        EndToEnd::TearDown();
    }
};

inline std::string name_of(const testing::TestParamInfo<Door>& door) { return to_text(door.param); }

}  // namespace dhow::test
