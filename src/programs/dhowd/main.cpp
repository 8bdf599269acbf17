// dhowd: the daemon.

#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "programs/dhowd/config.hpp"
#include "programs/dhowd/wiring.hpp"

namespace {

void set_log_level(const dhow::daemon::Config& config) {
    using dhow::log::Level;
    if (config.debug || config.log_level == "debug")
        dhow::log::set_level(Level::debug);
    else if (config.log_level == "warn")
        dhow::log::set_level(Level::warning);
    else if (config.log_level == "error" || config.log_level == "fatal")
        dhow::log::set_level(Level::error);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        auto config = dhow::daemon::read_config(std::vector<std::string>(argv + 1, argv + argc));
        if (config.show_help) {
            std::fputs(dhow::daemon::help_text().c_str(), stdout);
            return 0;
        }
        if (config.show_version) {
            std::puts(fmt::format("dhow version {}", dhow::version).c_str());
            return 0;
        }
        if (config.validate_only) {
            std::puts("configuration OK");
            return 0;
        }
        set_log_level(config);
        if (::geteuid() != 0) throw dhow::Forbidden("dhowd needs to be started with root privileges");
        dhow::daemon::run(std::move(config));
        return 0;
    } catch (const std::exception& error) {
        std::fputs(fmt::format("dhowd: {}\n", error.what()).c_str(), stderr);
        return 1;
    }
}
