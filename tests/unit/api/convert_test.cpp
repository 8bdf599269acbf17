#include "api/containers/convert.hpp"

#include <gtest/gtest.h>

#include "api/convert.hpp"
#include "api/translate.hpp"

namespace dhow::api {
namespace {

engine::CreateRequest create(std::string_view text, bool shallow = false) {
    return containers::to_engine(json::read<wire::ContainerCreate>(text), shallow);
}

TEST(ConvertCreate, TellsAnAbsentCommandFromAReset) {
    EXPECT_FALSE(create(R"({"Cmd":null,"Entrypoint":[]})").config.entrypoint.has_value());
    auto request = create(R"({"Cmd":"ls","Entrypoint":[""]})");
    EXPECT_EQ(request.config.cmd, std::vector<std::string>{"ls"});
    EXPECT_EQ(request.config.entrypoint, std::vector<std::string>{""});
}

TEST(ConvertCreate, CarriesEveryKindOfMember) {
    auto request =
        create(R"({"ExposedPorts":{"80/tcp":{}},"StopTimeout":3,"Healthcheck":{"Retries":2},)"
               R"("HostConfig":{"Memory":5,"PortBindings":{"80/tcp":[{"HostPort":"1"}],"81/tcp":null},)"
               R"("Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],"OomKillDisable":true,"ConsoleSize":[3,4],)"
               R"("Mounts":[{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":9}}],)"
               R"("MaskedPaths":[],"Sysctls":{"a":"b"}}})");
    const auto& host = request.host_config;
    EXPECT_EQ(request.config.exposed_ports.names, std::vector<std::string>{"80/tcp"});
    EXPECT_EQ(request.config.stop_timeout, 3);
    EXPECT_EQ(request.config.healthcheck->retries, 2);
    EXPECT_EQ(host.memory, 5);
    EXPECT_EQ(host.port_bindings.at("80/tcp")->at(0).host_port, "1");
    EXPECT_FALSE(host.port_bindings.at("81/tcp").has_value());
    EXPECT_EQ(host.ulimits.at(0).hard, 2);
    EXPECT_EQ(host.oom_kill_disable, true);
    EXPECT_EQ(host.console_size, (std::vector<unsigned>{3, 4}));
    EXPECT_EQ(host.mounts.at(0).tmpfs_options->size_bytes, 9);
    ASSERT_TRUE(host.masked_paths.has_value());
    EXPECT_TRUE(host.masked_paths->empty());
    EXPECT_FALSE(host.readonly_paths.has_value());
}

TEST(ConvertCreate, RefusesNumbersThatDoNotFit) {
    EXPECT_THROW(create(R"({"StopTimeout":99999999999})"), InvalidArgument);
}

TEST(ConvertCreate, KeepsOldReadOnlyMountsShallow) {
    auto text = R"({"HostConfig":{"Mounts":[{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true}]}})";
    EXPECT_TRUE(create(text, true).host_config.mounts[0].bind_options->read_only_non_recursive);
    EXPECT_FALSE(create(text, false).host_config.mounts[0].bind_options.has_value());
}

TEST(ConvertInspect, GivesBackWhatCreateTook) {
    engine::ContainerDetails details;
    auto request =
        create(R"({"Cmd":["ls"],"Volumes":{"/v":{}},"HostConfig":{"Binds":["/a:/b"],"CapAdd":["ALL"]}})");
    details.container.config = request.config;
    details.container.host_config = request.host_config;
    auto document = containers::to_wire(details);
    EXPECT_EQ(document.config.cmd, wire::Words({"ls"}));
    EXPECT_EQ(document.config.volumes, wire::KeySet({"/v"}));
    EXPECT_EQ(document.host_config.binds, std::vector<std::string>{"/a:/b"});
    EXPECT_EQ(document.host_config.cap_add, wire::Words({"ALL"}));
}

TEST(ConvertInspect, SpellsTheStateOut) {
    engine::ContainerDetails details;
    auto& state = details.container.state;
    state.phase = engine::Phase::paused;
    auto document = containers::to_wire(details).state;
    EXPECT_EQ(document.status, "paused");
    EXPECT_TRUE(document.running);
    EXPECT_TRUE(document.paused);
    EXPECT_EQ(document.started_at, "0001-01-01T00:00:00Z");
    state.phase = engine::Phase::exited;
    EXPECT_FALSE(containers::to_wire(details).state.running);
}

TEST(ConvertInspect, ListsPortsWhileItRuns) {
    engine::ContainerDetails details;
    auto& container = details.container;
    container.config.exposed_ports.insert("53/udp");
    network::PublishedPort port;
    port.container_port = 80;
    port.host_address = "0.0.0.0";
    port.host_port = 8080;
    container.published.push_back(port);
    EXPECT_TRUE(containers::to_wire(details).network_settings.ports.empty());

    container.state.phase = engine::Phase::running;
    container.sandbox_id = "s";
    auto ports = containers::to_wire(details).network_settings.ports;
    EXPECT_TRUE(ports.at("53/udp").empty());
    EXPECT_EQ(ports.at("80/tcp").at(0).host_port, "8080");
}

TEST(ReadFilters, CarriesEveryValue) {
    http::Query query;
    query.add(
        "filters",
        R"({"label":{"a=b":true,"a-label-that-is-longer-than-a-small-string=x":true},"status":["exited"]})");
    auto filters = read_filters(query);
    EXPECT_EQ(filters.get("label"),
              (std::set<std::string>{"a=b", "a-label-that-is-longer-than-a-small-string=x"}));
    EXPECT_EQ(filters.get("status"), std::set<std::string>{"exited"});
    EXPECT_TRUE(read_filters(http::Query()).empty());
}

TEST(ConvertStats, HasTheSampleBefore) {
    engine::StatsSample before, sample;
    before.cpu_total = 1;
    sample.cpu_total = 3;
    sample.running = true;
    sample.memory_usage = 7;
    auto document = containers::to_wire(sample, &before);
    EXPECT_EQ(document.precpu_stats.cpu_usage.total_usage, 1U);
    EXPECT_EQ(document.cpu_stats.cpu_usage.total_usage, 3U);
    EXPECT_EQ(document.memory_stats.usage, 7U);
    EXPECT_EQ(containers::to_wire(sample, nullptr).preread, "0001-01-01T00:00:00Z");
}

}  // namespace
}  // namespace dhow::api
