#include "wire/versions.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "wire/container_inspect.hpp"
#include "wire/image.hpp"

namespace dhow::wire {
namespace {

std::string refusal(auto action) {
    try {
        action();
    } catch (const Error& error) {
        return error.message();
    }
    return "";
}

TEST(ApiVersion, ReadsAndOrders) {
    EXPECT_EQ(ApiVersion::parse("1.51"), newest);
    EXPECT_LT(ApiVersion::parse("1.9"), ApiVersion::parse("1.24"));
    for (auto text : {"", "1", "1.", ".1", "1.x", "1.2.3", "-1.2", "1.-2", "1.99999999999"})
        EXPECT_THROW(ApiVersion::parse(text), InvalidArgument) << text;
}

TEST(ApiVersion, RefusesInDockersWords) {
    EXPECT_EQ(refusal([] { require_served({1, 52}); }),
              "client version 1.52 is too new. Maximum supported API version is 1.51");
    EXPECT_EQ(
        refusal([] { require_served({1, 23}); }),
        "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client "
        "to a newer version");
    EXPECT_NO_THROW(require_served(oldest));
    EXPECT_NO_THROW(require_served(newest));
}

ContainerCreate create(std::string_view text) { return json::read<ContainerCreate>(text); }

TEST(Adapt, FillsTheDefaultNetworkMode) {
    auto request = create(R"({"HostConfig":{"NetworkMode":"default"},)"
                          R"("NetworkingConfig":{"EndpointsConfig":{"default":{"Aliases":["a"]}}}})");
    adapt(request, newest);
    EXPECT_EQ(request.host_config->network_mode, "bridge");
    EXPECT_EQ(request.networking_config->endpoints_config.at("bridge").aliases,
              std::vector<std::string>{"a"});
}

TEST(Adapt, KeepsOldDefaultsForOldClients) {
    auto request = create("{}");
    adapt(request, {1, 39});
    EXPECT_EQ(request.host_config->ipc_mode, "shareable");
    EXPECT_EQ(request.host_config->cgroupns_mode, "host");
    auto recent = create("{}");
    adapt(recent, newest);
    EXPECT_EQ(recent.host_config->ipc_mode, "");
    EXPECT_EQ(recent.host_config->cgroupns_mode, "");
}

TEST(Adapt, DropsWhatAnOldVersionDidNotHave) {
    auto request = create(R"({"Healthcheck":{"StartInterval":5},"HostConfig":{"Annotations":{"a":"b"},)"
                          R"("AutoRemove":true,"ConsoleSize":[1,2]}})");
    adapt(request, {1, 24});
    EXPECT_EQ(request.healthcheck->start_interval, 0);
    EXPECT_TRUE(request.host_config->annotations.empty());
    EXPECT_FALSE(request.host_config->auto_remove);
    EXPECT_EQ(request.host_config->console_size.width, 0U);
}

TEST(Adapt, RefusesOptionsOfAnotherMountType) {
    auto text =
        R"({"HostConfig":{"Mounts":[{"Type":"bind","Source":"/a","Target":"/b","VolumeOptions":{}}]}})";
    auto request = create(text);
    EXPECT_EQ(refusal([&] { adapt(request, newest); }),
              "VolumeOptions must not be specified on mount type \"bind\"");
    request = create(text);
    EXPECT_EQ(refusal([&] { adapt(request, {1, 41}); }), "");
    EXPECT_FALSE(request.host_config->mounts[0].volume_options.has_value());
}

TEST(Adapt, RefusesSeveralNetworksBefore144) {
    auto text = R"({"NetworkingConfig":{"EndpointsConfig":{"a":{},"b":{}}}})";
    auto request = create(text);
    EXPECT_EQ(refusal([&] { adapt(request, {1, 43}); }),
              "Container cannot be created with multiple network endpoints: a, b");
    request = create(text);
    EXPECT_EQ(refusal([&] { adapt(request, {1, 44}); }), "");
}

TEST(Adapt, MovesTheMacAddressToTheEndpoint) {
    auto request = create(R"({"MacAddress":"02:42:ac:11:00:09"})");
    auto warnings = adapt(request, newest);
    EXPECT_EQ(warnings.size(), 1U);
    EXPECT_EQ(request.networking_config->endpoints_config.at("bridge").mac_address, "02:42:ac:11:00:09");
    EXPECT_EQ(request.mac_address, "");
}

TEST(Adapt, TakesNoLimitOfProcessesAsNone) {
    for (auto limit : {"0", "-1"}) {
        auto request = create(fmt::format(R"({{"HostConfig":{{"PidsLimit":{}}}}})", limit));
        adapt(request, newest);
        EXPECT_FALSE(request.host_config->pids_limit.has_value());
    }
}

TEST(Shape, ContainerInspect) {
    ContainerInspect container;
    container.id = std::string(64, 'a');
    container.network_settings.networks["mine"].dns_names = {"c"};
    auto shaped = [&](int minor) {
        auto value = json::to(container);
        shape_container_inspect(value, {1, minor});
        return value.at("NetworkSettings").at("Networks").at("mine").as_object();
    };
    EXPECT_TRUE(shaped(51).contains("GwPriority"));
    EXPECT_FALSE(shaped(47).contains("GwPriority"));
    EXPECT_TRUE(shaped(44).contains("DNSNames"));
    EXPECT_FALSE(shaped(43).contains("DNSNames"));
    EXPECT_TRUE(shaped(45).at("Aliases").is_null());
    EXPECT_EQ(shaped(44).at("Aliases").as_array().at(0).as_string(), "aaaaaaaaaaaa");
}

TEST(Shape, ImageInspect) {
    ImageInspect image;
    image.size = 7;
    image.config.cmd = {"sh"};
    auto shaped = [&](int minor) {
        auto value = json::to(image);
        shape_image_inspect(value, {1, minor});
        return value.as_object();
    };
    EXPECT_FALSE(shaped(50).at("Config").as_object().contains("Hostname"));
    EXPECT_TRUE(shaped(49).at("Config").as_object().contains("Hostname"));
    EXPECT_FALSE(shaped(44).contains("VirtualSize"));
    EXPECT_EQ(shaped(43).at("VirtualSize").as_int64(), 7);
    EXPECT_FALSE(shaped(45).contains("ContainerConfig"));
    EXPECT_TRUE(shaped(44).contains("ContainerConfig"));
}

}  // namespace
}  // namespace dhow::wire
