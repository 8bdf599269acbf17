#include "support/doors.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace dhow::test {

std::vector<Door> doors() {
    if (std::getenv("DHOW_PEER")) return {Door::classic, Door::buildx};
    return {Door::dhow, Door::classic, Door::buildx};
}

std::string to_text(Door door) {
    switch (door) {
        case Door::dhow:
            return "dhow";
        case Door::classic:
            return "classic";
        case Door::buildx:
            return "buildx";
    }
    return "";
}

std::optional<std::string> missing(Door door) {
    if (door != Door::dhow && !docker_program()) return "there is no docker command line";
    auto plugin = std::filesystem::path(DHOW_PLUGINS) / "docker-buildx";
    if (door == Door::buildx && !std::filesystem::exists(plugin))
        return fmt::format("{} is not there: scripts/fetch-plugins brings it", plugin.native());
    return std::nullopt;
}

Command through(const Daemon& daemon, Door door, const std::string& line) {
    if (door == Door::dhow) return daemon.sh(line, Client::dhow);
    if (door == Door::classic) return daemon.sh(line).with("DOCKER_BUILDKIT", "0");
    auto configuration = daemon.folder() / "client";
    std::filesystem::create_directories(configuration);
    std::error_code there;
    std::filesystem::create_directory_symlink(DHOW_PLUGINS, configuration / "cli-plugins", there);
    return daemon.sh(line).with("DOCKER_BUILDKIT", "1").with("BUILDKIT_PROGRESS", "plain");
}

}  // namespace dhow::test
