// What of the build cache goes, by size, age and kind.

#include "build/usage.hpp"

#include <gtest/gtest.h>

namespace dhow::build {
namespace {

using namespace std::chrono_literals;

const Timestamp present{1000h};

CacheRecord record(const std::string& id, std::int64_t size, std::chrono::hours age, bool shared = false,
                   CacheRecord::Kind kind = CacheRecord::Kind::step) {
    CacheRecord made;
    made.id = id;
    made.size = size;
    made.created = present - age;
    made.shared = shared;
    made.kind = kind;
    return made;
}

/// The oldest first, as list_cache() has them.
std::vector<CacheRecord> records() {
    return {record("a", 10, 50h), record("b", 20, 40h, true),
            record("c", 30, 30h, false, CacheRecord::Kind::mount),
            record("d", 40, 20h, false, CacheRecord::Kind::context), record("e", 50, 10h)};
}

std::string gone(const PruneOrder& order, std::int64_t free = 1000) {
    std::string ids;
    for (const auto& one : plan_prune(records(), order, free, present)) ids += one.id;
    return ids;
}

TEST(Prune, leaves_what_images_stand_on_unless_all_is_wanted) {
    PruneOrder order;
    EXPECT_EQ(gone(order), "acde");
    order.all = true;
    EXPECT_EQ(gone(order), "abcde");
}

TEST(Prune, forgets_the_oldest_until_it_is_small_enough) {
    PruneOrder order;
    order.max_used = 130;
    EXPECT_EQ(gone(order), "") << "it is 130 beside what an image stands on";
    order.max_used = 129;
    EXPECT_EQ(gone(order), "a");
    order.max_used = 80;
    EXPECT_EQ(gone(order), "acd");
    order.reserved = 120;
    EXPECT_EQ(gone(order), "a") << "what is reserved stays";
    PruneOrder docker;
    docker.reserved = 80;
    EXPECT_EQ(gone(docker), "acd") << "--keep-storage";
}

TEST(Prune, frees_the_disk_as_far_as_it_must) {
    PruneOrder order;
    order.min_free = 1005;
    EXPECT_EQ(gone(order, 1000), "a");
    EXPECT_EQ(gone(order, 2000), "") << "there is room enough";
}

TEST(Prune, leaves_what_is_young) {
    PruneOrder order;
    order.duration = 25h;
    EXPECT_EQ(gone(order), "ac");
}

TEST(Prune, takes_what_the_filter_means) {
    PruneOrder order;
    order.filter = CacheFilter::parse({"type==exec.cachemount"});
    EXPECT_EQ(gone(order), "c");
    order.filter = CacheFilter::parse({"id~=^[ae]$"});
    EXPECT_EQ(gone(order), "ae");
    order.filter = CacheFilter::parse({"mutable,type!=source.local"});
    EXPECT_EQ(gone(order), "c");
    order.filter = CacheFilter::parse({"id==a", "id==\"d\""});
    EXPECT_EQ(gone(order), "ad");
    order.all = true;
    order.filter = CacheFilter::parse({"shared"});
    EXPECT_EQ(gone(order), "b");
    EXPECT_THROW(CacheFilter::parse({"unknown==x"}), NotImplemented);
    EXPECT_THROW(CacheFilter::parse({"id"}), InvalidArgument);
}

TEST(Prune, leaves_what_is_in_use) {
    auto all = records();
    all[0].in_use = true;
    EXPECT_EQ(plan_prune(all, {}, 0, present).size(), 3U);
}

}  // namespace
}  // namespace dhow::build
