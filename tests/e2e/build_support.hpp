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

/// A folder to build from, and builds of it through one door.
class Builds : public EndToEnd {
  protected:
    virtual Door door() const = 0;

    void SetUp() override {
        if (auto why = missing(door())) GTEST_SKIP() << *why;
        std::filesystem::remove_all(context());
        std::filesystem::create_directories(context());
    }
    void TearDown() override {
        // Containers first: what they stand on stays. Then leaves, and what has become one.
        daemon().remove_all();
        daemon().docker("rmi -f built other other:1 base nginx friendlyhello composed-web");
        for (int i = 0; i < 3; ++i) daemon().docker("image prune -f");
        EndToEnd::TearDown();
    }

    bool is(Door wanted) const { return door() == wanted; }
    static bool is_peer() { return std::getenv("DHOW_PEER"); }
    /// Whether it has what only BuildKit has: the classic builder of dockerd has not.
    bool is_classic_peer() const { return is_peer() && is(Door::classic); }

    static std::filesystem::path context() { return daemon().work() / "context"; }
    static void put(const std::string& name, std::string_view text) {
        std::filesystem::create_directories((context() / name).parent_path());
        write_file(context() / name, text);
    }
    static std::string read(const std::string& name) { return read_file(context() / name); }
    Command command(const std::string& text) const {
        return through(daemon(), door(), "cd context && " + text);
    }
    /// A line of bash in the context's folder.
    Result line(const std::string& text) const { return run(command(text)); }
    /// One that succeeds. @return what it wrote to its standard output
    std::string works(const std::string& text) const {
        auto result = line(text);
        EXPECT_EQ(result.status, 0) << describe(result);
        return result.out;
    }
    Result try_build(const std::string& dockerfile, const std::string& options = "") const {
        put("Dockerfile", dockerfile);
        return line("docker build " + options + " -t built .");
    }
    /// Builds the image "built". @return what the build showed
    std::string build(const std::string& dockerfile, const std::string& options = "") const {
        auto result = try_build(dockerfile, options);
        EXPECT_EQ(result.status, 0) << describe(result);
        return is(Door::buildx) ? result.err : result.out;
    }
    /// How a step shows that it was not run.
    std::string cached() const { return is(Door::buildx) ? " CACHED\n" : " ---> Using cache\n"; }
    /// What a command in the image says.
    static std::string in_image(const std::string& command) { return docker("run --rm built " + command); }
    static std::string config(const std::string& format) {
        return inspect("built", "{{json .Config." + format + "}}");
    }
};

/// What holds through every door.
class BuildTest : public Builds, public testing::WithParamInterface<Door> {
  protected:
    Door door() const override { return GetParam(); }
};

inline std::string name_of(const testing::TestParamInfo<Door>& door) { return to_text(door.param); }

}  // namespace dhow::test
