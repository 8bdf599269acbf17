// What a bundle may not ask for: one clear error, and nothing half made.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "runtime/parent/plans.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::runtime {
namespace {

using test::Bundle;
using testing::HasSubstr;

struct BadConfig {
    const char* words;
    std::function<void(oci::RuntimeConfig&)> spoil;
};

TEST(Config, WhatCannotBeIsRefusedWithoutATrace) {
    const BadConfig table[] = {
        {"process.args", [](auto& c) { c.process->args.clear(); }},
        {"Cwd must be an absolute path", [](auto& c) { c.process->cwd = "relative"; }},
        {"config.json has no process", [](auto& c) { c.process.reset(); }},
        {"version", [](auto& c) { c.oci_version = "2.0.0"; }},
        {"invalid rootfs", [](auto& c) { c.root.path = "missing"; }},
        {"unknown capability", [](auto& c) { c.process->capabilities->bounding = {"CAP_FLY"}; }},
        {"invalid rlimit type", [](auto& c) { c.process->rlimits = {{"RLIMIT_FUN", 1, 1}}; }},
        {"soft limit", [](auto& c) { c.process->rlimits = {{"RLIMIT_NOFILE", 1, 2}}; }},
        {"unknown namespace", [](auto& c) { c.linux.namespaces.push_back({"space", ""}); }},
        {"twice", [](auto& c) { c.linux.namespaces.push_back({"pid", ""}); }},
        {"time namespace", [](auto& c) { c.linux.namespaces.push_back({"time", ""}); }},
        {"uidMappings", [](auto& c) { c.linux.namespaces.push_back({"user", ""}); }},
        {"new user namespace", [](auto& c) { c.linux.uid_mappings = {{0, 1, 1}}; }},
        {"UTS", [](auto& c) { std::erase_if(c.linux.namespaces, [](auto& n) { return n.type == "uts"; }); }},
        {"AppArmor", [](auto& c) { c.process->apparmor_profile = "docker-default"; }},
        {"SELinux", [](auto& c) { c.process->selinux_label = "x"; }},
        {"intelRdt", [](auto& c) { c.linux.intel_rdt = json::Object{}; }},
        {"not absolute", [](auto& c) { c.mounts.push_back({.destination = "x", .type = "tmpfs"}); }},
        {"has no type", [](auto& c) { c.mounts.push_back({.destination = "/x"}); }},
        {"tmpcopyup",
         [](auto& c) {
             c.mounts.push_back({.destination = "/x", .type = "tmpfs", .options = {"tmpcopyup"}});
         }},
        {"path", [](auto& c) { c.linux.cgroups_path = "/a/../b"; }},
        {"device", [](auto& c) { c.linux.devices.push_back({.type = "x", .path = "/dev/x"}); }},
        {"device rule", [](auto& c) { c.linux.resources->devices.push_back({.allow = true, .type = "q"}); }},
        {"SCMP_ACT_DANCE",
         [](auto& c) { c.linux.seccomp = oci::Seccomp{.default_action = "SCMP_ACT_DANCE"}; }},
        {"propagation", [](auto& c) { c.linux.rootfs_propagation = "sideways"; }},
        {"hook path", [](auto& c) { c.hooks.create_container = {{.path = "relative"}}; }},
        {"null character", [](auto& c) { c.process->env.push_back(std::string("A=\0B", 4)); }},
    };
    for (const auto& row : table) {
        Bundle bundle;
        bundle.config.process->args = {"/bin/true"};
        row.spoil(bundle.config);
        bundle.write_config();
        try {
            create({.id = bundle.id, .bundle = bundle.folder(), .state_root = bundle.state_root()});
            ADD_FAILURE() << row.words << ": created";
        } catch (const Error& error) {
            EXPECT_THAT(error.message(), HasSubstr(row.words));
        }
        EXPECT_TRUE(bundle.gone()) << row.words;
    }
}

TEST(Config, ABundleWithoutConfigJsonIsNamed) {
    Bundle bundle;
    try {
        create({.id = bundle.id, .bundle = bundle.folder(), .state_root = bundle.state_root()});
        FAIL();
    } catch (const InvalidArgument& error) {
        EXPECT_THAT(error.message(), HasSubstr("config.json not found"));
    }
}

std::string sysctl_path(const std::string& name) {
    oci::RuntimeConfig config;
    for (const char* type : {"ipc", "network", "uts"}) config.linux.namespaces.push_back({type, ""});
    config.linux.sysctl = {{name, "1"}};
    init::ContainerPlan plan;
    parent::plan_sysctls(config, plan);
    return plan.sysctls.front().path;
}

TEST(Sysctls, AreTheContainersOwn) {
    EXPECT_EQ(sysctl_path("net.ipv4.ip_forward"), "sys/net/ipv4/ip_forward");
    EXPECT_EQ(sysctl_path("net/ipv4/conf/eth0.100/rp_filter"), "sys/net/ipv4/conf/eth0.100/rp_filter");
    EXPECT_EQ(sysctl_path("net.ipv4.conf.eth0/100.rp_filter"), "sys/net/ipv4/conf/eth0.100/rp_filter");
    EXPECT_EQ(sysctl_path("fs.mqueue.msg_max"), "sys/fs/mqueue/msg_max");
    for (const char* bad :
         {"kernel.core_pattern", "vm.swappiness", "net.ipv4.x+kernel.core_pattern", "net..x", "net",
          "net/../kernel/core_pattern", "/net/x", "kernel.hostname", "", "net.ipv4.a b"})
        EXPECT_THROW(sysctl_path(bad), InvalidArgument) << bad;
}

}  // namespace
}  // namespace dhow::runtime
