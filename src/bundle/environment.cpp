#include <algorithm>

#include "bundle/bundle.hpp"

namespace dhow::bundle {

namespace {

constexpr const char* default_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

}  // namespace

bool has_variable(const std::vector<std::string>& env, std::string_view name) {
    return std::ranges::any_of(
        env, [&](const auto& entry) { return entry.find('=') != entry.npos && name_of(entry) == name; });
}

std::vector<std::string> environment(const std::vector<std::string>& env, const std::string& hostname,
                                     const std::string& home, bool tty) {
    std::vector<std::string> result{default_path, "HOSTNAME=" + hostname};
    if (tty) result.emplace_back("TERM=xterm");
    for (const auto& entry : env) {
        auto same =
            std::ranges::find(result, name_of(entry), [](const auto& other) { return name_of(other); });
        bool removes = entry.find('=') == entry.npos;
        if (removes && same != result.end())
            result.erase(same);
        else if (!removes && same != result.end())
            *same = entry;
        else if (!removes)
            result.push_back(entry);
    }
    if (!has_variable(result, "HOME")) result.push_back("HOME=" + home);
    return result;
}

}  // namespace dhow::bundle
