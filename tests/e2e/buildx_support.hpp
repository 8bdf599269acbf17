#pragma once
// Builds by the real docker command line with its buildx and compose plugins. scripts/fetch-plugins brings
// them.

#include <gmock/gmock.h>

#include "support/end_to_end.hpp"

namespace dhow::test {

class Buildx : public EndToEnd {
  protected:
    void SetUp() override {
        for (const char* plugin : {"docker-buildx", "docker-compose"})
            if (!std::filesystem::exists(std::filesystem::path(PLUGINS) / plugin))
                GTEST_SKIP() << plugin << " is not in " << PLUGINS << ": scripts/fetch-plugins brings it";
        std::filesystem::remove_all(context());
        std::filesystem::create_directories(context());
        auto configuration = daemon().folder() / "client";
        std::filesystem::create_directories(configuration);
        std::error_code there;
        std::filesystem::create_directory_symlink(PLUGINS, configuration / "cli-plugins", there);
    }

    static std::filesystem::path context() { return daemon().work() / "context"; }
    static void put(const std::string& name, std::string_view text) {
        std::filesystem::create_directories((context() / name).parent_path());
        write_file(context() / name, text);
    }
    static Command command(const std::string& text) {
        auto command = daemon().sh("cd context && " + text);
        return command.with("DOCKER_BUILDKIT", "1").with("BUILDKIT_PROGRESS", "plain");
    }
    /// A line of bash in the context's folder.
    static Result line(const std::string& text) { return run(command(text)); }
    static Result try_build(const std::string& dockerfile, const std::string& options = "") {
        put("Dockerfile", dockerfile);
        return line("docker buildx build " + options + " -t built .");
    }
    /// Builds the image "built". @return what the build showed
    static std::string build(const std::string& dockerfile, const std::string& options = "") {
        auto result = try_build(dockerfile, options);
        EXPECT_EQ(result.status, 0) << describe(result);
        return result.err;
    }
    static std::string fails(const std::string& dockerfile, const std::string& options = "") {
        auto result = try_build(dockerfile, options);
        EXPECT_EQ(result.status, 1) << describe(result);
        return result.err;
    }
    static std::string in_image(const std::string& command) { return docker("run --rm built " + command); }
    static std::string config(const std::string& format) {
        return inspect("built", "{{json .Config." + format + "}}");
    }
    static std::string read(const std::string& name) { return read_file(context() / name); }
    void TearDown() override {
        daemon().remove_all();
        daemon().docker("rmi -f built other other:1 base composed-web");
        for (int i = 0; i < 3; ++i) daemon().docker("image prune -f");
        EndToEnd::TearDown();
    }
};

}  // namespace dhow::test
