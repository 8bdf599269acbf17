#include "oci/runtime_config.hpp"

#include <gtest/gtest.h>

namespace dhow::oci {
namespace {

TEST(RuntimeConfig, KeepsWhatWasWritten) {
    RuntimeConfig config;
    config.process.emplace();
    config.process->args = {"true"};
    config.process->capabilities.emplace();
    config.root.path = "rootfs";
    config.linux.namespaces = {{"pid", ""}, {"network", "/run/netns/a"}};
    config.linux.resources.emplace();
    config.linux.resources->memory = Memory{.limit = 1 << 20, .swap = -1};
    config.linux.resources->devices = {{.allow = false, .access = "rwm"}};

    auto again = read_runtime_config(write_runtime_config(config));

    EXPECT_EQ(again.process->args, config.process->args);
    EXPECT_TRUE(again.process->capabilities);
    EXPECT_EQ(again.linux.namespaces[1].path, "/run/netns/a");
    EXPECT_EQ(again.linux.resources->memory->swap, -1);
    EXPECT_FALSE(again.linux.resources->memory->reservation);
    EXPECT_FALSE(again.linux.resources->cpu);
    EXPECT_FALSE(again.linux.resources->devices[0].major);
}

TEST(RuntimeConfig, NamesThePathOfAWrongMember) {
    try {
        read_runtime_config(R"({"process":{"user":{"uid":4294967296}}})");
        FAIL() << "a uid beyond 32 bits was taken";
    } catch (const InvalidArgument& error) {
        EXPECT_NE(error.message().find("process.user.uid"), std::string::npos) << error.message();
    }
}

}  // namespace
}  // namespace dhow::oci
