#include "linux/cgroup/cgroup.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "linux/cgroup/files.hpp"
#include "linux/ns.hpp"

namespace dhow::linux::cgroup {
namespace {

class OneCgroup : public testing::Test {
  protected:
    OneCgroup() : path("/dhow/test-" + random_hex(6)), cgroup(Cgroup::create(path)) {}
    ~OneCgroup() override {
        if (child > 0) {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
        try {
            cgroup.remove();
        } catch (const Error& error) {
            ADD_FAILURE() << error.message();
        }
    }

    /// A child inside that sleeps.
    void start_child() {
        auto entry = cgroup.entry();
        child = try_clone(0, entry.directory.get(), nullptr);
        if (child == 0) {
            for (const auto& tasks : entry.tasks)
                if (::write(tasks.get(), "0", 1) != 1) ::_exit(1);
            for (;;) ::pause();
        }
        ASSERT_GT(child, 0);
        for (int i = 0; i < 1000 && cgroup.processes().empty(); ++i) ::usleep(1000);
    }

    std::string path;
    Cgroup cgroup;
    pid_t child = -1;
};

TEST_F(OneCgroup, AChildEntersByItself) {
    start_child();
    EXPECT_EQ(cgroup.processes(), std::vector{child});
}

TEST_F(OneCgroup, LimitsAreReadBackAsStatistics) {
    Limits limits;
    limits.memory.limit = 64 << 20;
    limits.pids = 12;
    cgroup.apply(limits);
    auto stats = cgroup.stats();
    EXPECT_EQ(stats.memory_limit, 64U << 20);
    EXPECT_EQ(stats.pids_limit, 12U);
}

TEST_F(OneCgroup, MemoryAndSwapGrowAndShrinkTogether) {
    for (std::int64_t megabytes : {64, 16, 128}) {
        Limits limits;
        limits.memory.limit = megabytes << 20;
        limits.memory.memory_and_swap = 2 * (megabytes << 20);
        cgroup.apply(limits);
        EXPECT_EQ(cgroup.stats().memory_limit, static_cast<std::uint64_t>(megabytes << 20));
    }
}

TEST_F(OneCgroup, FreezesAndThaws) {
    start_child();
    EXPECT_FALSE(cgroup.frozen());
    cgroup.freeze();
    EXPECT_TRUE(cgroup.frozen());
    cgroup.thaw();
    EXPECT_FALSE(cgroup.frozen());
}

TEST_F(OneCgroup, KillsAllInside) {
    start_child();
    cgroup.signal_all(SIGKILL);
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    child = -1;
}

TEST_F(OneCgroup, IsNotMadeTwiceWhileInUse) {
    start_child();
    EXPECT_THROW(Cgroup::create(path), Conflict);
    EXPECT_EQ(cgroup.processes().size(), 1U);
}

TEST_F(OneCgroup, StartsWithoutKills) {
    EXPECT_EQ(cgroup.out_of_memory_kills(), 0U);
    EXPECT_TRUE(cgroup.out_of_memory_event());
}

TEST(Cgroups, WhatIsNotThereIsNotFound) { EXPECT_THROW(Cgroup::open("/dhow/never-made"), NotFound); }

TEST(Cgroups, SharesBecomeWeights) {
    EXPECT_EQ(weight_of_shares(2), 1U);
    EXPECT_EQ(weight_of_shares(1024), 100U);
    EXPECT_EQ(weight_of_shares(262144), 10000U);
    EXPECT_EQ(weight_of_shares(1'000'000), 10000U);
    EXPECT_EQ(weight_of_shares(0), 0U);
}

TEST(Cgroups, KeyedValuesAreFoundByTheWholeKey) {
    EXPECT_EQ(find_keyed("oom 1\noom_kill 7\n", "oom_kill"), 7U);
    EXPECT_EQ(find_keyed("oom_kill_disable 1\n", "oom_kill"), std::nullopt);
}

}  // namespace
}  // namespace dhow::linux::cgroup
