// Class D: users, groups, capabilities.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/bundle/bundle.hpp"

namespace dhow::runtime {
namespace {

using test::Bundle;
using testing::HasSubstr;

constexpr const char* show = "grep -E '^(Cap|Groups|NoNewPrivs|Uid|Gid)' /proc/self/status";
constexpr const char* nothing = "0000000000000000";
constexpr const char* dockers = "00000000a80425fb";

std::string line(const std::string& name, const char* value) { return fmt::format("{}:\t{}\n", name, value); }

// CVE-2022-24769, CVE-2022-29162
TEST(Capabilities, NoneIsInherited) {
    Bundle bundle;
    auto created = bundle.create("sleep 100");
    created.start();
    Bundle other;
    for (const auto& text : {bundle.exec_shell(show).text, other.shell(show).text}) {
        EXPECT_THAT(text, HasSubstr(line("CapInh", nothing)));
        EXPECT_THAT(text, HasSubstr(line("CapAmb", nothing)));
        EXPECT_THAT(text, HasSubstr(line("CapEff", dockers)));
        EXPECT_THAT(text, HasSubstr(line("CapBnd", dockers)));
    }
}

// CVE-2016-8867, CVE-2018-10856
TEST(Capabilities, AUserWhoIsNotRootHasNone) {
    Bundle bundle;
    bundle.config.process->user = {.uid = 1000, .gid = 1000, .umask = {}, .additional_gids = {}};
    auto created = bundle.create("sleep 100");
    created.start();
    Bundle other;
    other.config.process->user = bundle.config.process->user;
    for (const auto& text : {bundle.exec_shell(show).text, other.shell(show).text}) {
        for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
            EXPECT_THAT(text, HasSubstr(line(set, nothing)));
        EXPECT_THAT(text, HasSubstr(line("CapBnd", dockers)));
        EXPECT_THAT(text, HasSubstr("Uid:\t1000\t1000\t1000\t1000\n"));
        EXPECT_THAT(text, HasSubstr("Gid:\t1000\t1000\t1000\t1000\n"));
    }
}

TEST(Capabilities, WithoutASetThereIsNone) {
    Bundle bundle;
    bundle.config.process->capabilities.reset();
    auto text = bundle.shell(show).text;
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
        EXPECT_THAT(text, HasSubstr(line(set, nothing)));
}

TEST(Capabilities, AmbientOnesAreOnlyWhatWasAskedFor) {
    Bundle bundle;
    bundle.config.process->user = {.uid = 1000, .gid = 1000, .umask = {}, .additional_gids = {}};
    auto& sets = *bundle.config.process->capabilities;
    sets.inheritable = sets.ambient = {"CAP_NET_BIND_SERVICE"};
    auto text = bundle.shell(show).text;
    EXPECT_THAT(text, HasSubstr(line("CapAmb", "0000000000000400")));
    EXPECT_THAT(text, HasSubstr(line("CapEff", "0000000000000400")));
}

// CVE-2022-36109, CVE-2022-2989
TEST(Groups, AreExactlyThoseAskedFor) {
    Bundle bundle;
    EXPECT_EQ(bundle.shell("id -G").text, "0\n");
    bundle.config.process->user = {.uid = 1000, .gid = 1000, .umask = {}, .additional_gids = {4, 24}};
    EXPECT_EQ(bundle.shell("id -G").text, "1000 4 24\n");
}

// CVE-2024-40635, CVE-2016-3697: ids that do not fit are errors, never root
TEST(Users, IdsOutOfRangeAreRefused) {
    for (const char* id : {"4294967296", "-1", "0.5", "\"0\"", "18446744073709551616"}) {
        Bundle bundle;
        bundle.config.process->args = {"/bin/true"};
        auto text = oci::write_runtime_config(bundle.config);
        auto at = text.find("\"uid\":0");
        ASSERT_NE(at, std::string::npos);
        test::write_file(bundle.folder() / "config.json", text.replace(at, 7, fmt::format("\"uid\":{}", id)));
        EXPECT_THROW(create({.id = bundle.id, .bundle = bundle.folder(), .state_root = bundle.state_root()}),
                     Error)
            << id;
    }
}

// The highest id, which setresuid(2) takes as "leave it", must not leave root
TEST(Users, TheIdThatMeansNoChangeIsNoRoot) {
    Bundle bundle;
    bundle.config.process->user.uid = 4294967295U;
    EXPECT_THROW(bundle.shell("id"), Error);
    bundle.config.process->user = {.uid = 1000, .gid = 4294967295U, .umask = {}, .additional_gids = {}};
    EXPECT_THROW(bundle.shell("id"), Error);
}

TEST(Privileges, NoneAreGainedWhenForbidden) {
    Bundle bundle;
    bundle.config.process->no_new_privileges = true;
    EXPECT_THAT(bundle.shell(show).text, HasSubstr(line("NoNewPrivs", "1")));
}

}  // namespace
}  // namespace dhow::runtime
