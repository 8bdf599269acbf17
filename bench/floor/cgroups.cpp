#include "cgroups.hpp"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::floor {

namespace {

constexpr const char* parent_name = "dhow-floor";

struct Hierarchy {
    std::string path;
    bool v2 = false;
};

/// Every mounted hierarchy, of /proc/self/mountinfo.
const std::vector<Hierarchy>& hierarchies() {
    static const auto found = [] {
        std::vector<Hierarchy> result;
        std::ifstream mounts("/proc/self/mounts");
        std::string device, path, type, rest;
        while (mounts >> device >> path >> type && std::getline(mounts, rest))
            if (type == "cgroup" || type == "cgroup2") result.push_back({path, type == "cgroup2"});
        return result;
    }();
    return found;
}

std::string parent_of(const Hierarchy& hierarchy) { return hierarchy.path + "/" + parent_name; }

/// A cpuset of version 1 begins empty, and an empty one takes no process.
void copy_cpuset(const std::string& from, const std::string& to) {
    for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
        std::string value;
        if (std::ifstream(from + file) >> value) std::ofstream(to + file) << value;
    }
}

}  // namespace

void Cgroups::prepare() {
    for (const auto& hierarchy : hierarchies()) {
        auto folder = parent_of(hierarchy);
        if (::mkdir(folder.c_str(), 0755) < 0 && errno != EEXIST) throw_errno("create " + folder);
        if (hierarchy.v2) continue;
        copy_cpuset(hierarchy.path, folder);
        std::ofstream(folder + "/cgroup.clone_children") << "1";
    }
}

void Cgroups::clean_up() noexcept {
    for (const auto& hierarchy : hierarchies()) ::rmdir(parent_of(hierarchy).c_str());
}

Cgroups::Cgroups(const std::string& name) {
    for (const auto& hierarchy : hierarchies()) {
        auto folder = parent_of(hierarchy) + "/" + name;
        check(::mkdir(folder.c_str(), 0755), "create {}", folder);
        folders_.push_back(folder);
        auto tasks = folder + (hierarchy.v2 ? "/cgroup.procs" : "/tasks");
        tasks_.emplace_back(check(::open(tasks.c_str(), O_WRONLY | O_CLOEXEC), "open {}", tasks));
    }
}

Cgroups::~Cgroups() { remove(); }

void Cgroups::enter() const noexcept {
    for (const auto& tasks : tasks_) [[maybe_unused]]
        auto written = ::write(tasks.get(), "0", 1);
}

void Cgroups::remove() noexcept {
    tasks_.clear();
    for (const auto& folder : folders_) ::rmdir(folder.c_str());
    folders_.clear();
}

}  // namespace dhow::floor
