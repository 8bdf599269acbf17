#include "wire/codec.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "wire/container_create.hpp"

namespace dhow::wire {
namespace {

TEST(Words, AreOneStringOrAList) {
    EXPECT_EQ(json::read<ContainerConfig>(R"({"Cmd":"ls"})").cmd, Words({"ls"}));
    EXPECT_EQ(json::read<ContainerConfig>(R"({"Cmd":["sh","-c","ls"]})").cmd, Words({"sh", "-c", "ls"}));
    EXPECT_TRUE(json::read<ContainerConfig>(R"({"Cmd":null})").cmd.empty());
}

TEST(Words, KeepTheEmptyWordThatResetsAnEntrypoint) {
    auto config = json::read<ContainerConfig>(R"({"Entrypoint":[""]})");
    EXPECT_EQ(config.entrypoint, Words({""}));
    EXPECT_NE(json::write(config).find(R"("Entrypoint":[""])"), std::string::npos);
}

TEST(Words, AreNullWhenEmpty) {
    auto text = json::write(ContainerConfig{});
    EXPECT_NE(text.find(R"("Cmd":null)"), std::string::npos);
    EXPECT_NE(text.find(R"("Entrypoint":null)"), std::string::npos);
    EXPECT_EQ(text.find("Shell"), std::string::npos);
}

TEST(Words, RefuseNumbers) {
    try {
        json::read<ContainerConfig>(R"({"Cmd":[1]})");
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_STREQ(error.what(), "Cmd: expected a string, found int64");
    }
}

TEST(KeySet, IsAnObjectOfEmptyObjects) {
    auto config =
        json::read<ContainerConfig>(R"({"ExposedPorts":{"80/tcp":{},"53/udp":{}},"Volumes":{"/data":{}}})");
    EXPECT_EQ(config.exposed_ports, KeySet({"53/udp", "80/tcp"}));
    auto text = json::write(config);
    EXPECT_NE(text.find(R"("ExposedPorts":{"53/udp":{},"80/tcp":{}})"), std::string::npos);
    EXPECT_NE(text.find(R"("Volumes":{"/data":{}})"), std::string::npos);
}

TEST(KeySet, IsNullOrAbsentWhenEmpty) {
    auto text = json::write(ContainerConfig{});
    EXPECT_EQ(text.find("ExposedPorts"), std::string::npos);
    EXPECT_NE(text.find(R"("Volumes":null)"), std::string::npos);
}

TEST(PortMap, HasNullForExposedPorts) {
    NetworkSettings settings;
    settings.ports["80/tcp"].push_back({"0.0.0.0", "8080"});
    settings.ports["53/udp"];
    EXPECT_NE(json::write(settings).find(
                  R"("Ports":{"53/udp":null,"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}]})"),
              std::string::npos);
}

TEST(PortMap, TakesNullAndMissingHostIp) {
    auto host = json::read<HostConfig>(R"({"PortBindings":{"80/tcp":[{"HostPort":"1"}],"81/tcp":null}})");
    ASSERT_EQ(host.port_bindings.size(), 2U);
    EXPECT_EQ(host.port_bindings["80/tcp"][0].host_port, "1");
    EXPECT_TRUE(host.port_bindings["81/tcp"].empty());
}

TEST(ConsoleSize, IsHeightThenWidth) {
    auto host = json::read<HostConfig>(R"({"ConsoleSize":[24,80]})");
    EXPECT_EQ(host.console_size.height, 24U);
    EXPECT_EQ(host.console_size.width, 80U);
    EXPECT_NE(json::write(host).find(R"("ConsoleSize":[24,80])"), std::string::npos);
}

TEST(HostConfig, TellsNoMaskFromTheDefault) {
    EXPECT_FALSE(json::read<HostConfig>(R"({"MaskedPaths":null})").masked_paths.has_value());
    auto none = json::read<HostConfig>(R"({"MaskedPaths":[]})");
    ASSERT_TRUE(none.masked_paths.has_value());
    EXPECT_TRUE(none.masked_paths->empty());
}

TEST(ContainerCreate, IsAConfigWithTwoMembersMore) {
    auto request = json::read<ContainerCreate>(
        R"({"Image":"busybox","HostConfig":{"Memory":1048576,"NetworkMode":"none"},)"
        R"("NetworkingConfig":{"EndpointsConfig":{"none":{}}},"Unknown":1})");
    EXPECT_EQ(request.image, "busybox");
    EXPECT_EQ(request.host_config->memory, 1048576);
    EXPECT_EQ(request.networking_config->endpoints_config.count("none"), 1U);
}

TEST(ContainerCreate, NamesThePathOfABadValue) {
    try {
        json::read<ContainerCreate>(R"({"HostConfig":{"Memory":"1g"}})");
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_STREQ(error.what(), "HostConfig.Memory: expected a whole number, found string");
    }
}

}  // namespace
}  // namespace dhow::wire
