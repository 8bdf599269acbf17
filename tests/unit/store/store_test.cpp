// Blobs, layers, snapshots, documents, and what a kill leaves of them.

#include "store/store.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "unit/store/content.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::store {
namespace {

using dhow::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::size_t entries(const std::filesystem::path& path) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

void use_in_image(Store& store, const std::string& image, const std::string& layer) {
    auto transaction = store.database().begin();
    add_image(transaction, image, "m", layer);
    transaction.commit();
}

void drop_image(Store& store, const std::string& image) {
    {
        auto transaction = store.database().begin();
        transaction.execute("DELETE FROM images WHERE id = ?1", image);
        transaction.commit();
    }
    store.collect();
}

TEST(Store, IsClosedToOthersAndToASecondDaemon) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    EXPECT_EQ(std::filesystem::status(folder / "root").permissions(), std::filesystem::perms{0710});
    EXPECT_EQ(std::filesystem::status(folder / "root/layers").permissions(), std::filesystem::perms{0700});
    EXPECT_THROW(Store(folder / "root"), Conflict);
}

TEST(Database, RollsBackUnlessCommitted) {
    TemporaryDirectory folder;
    Database database(folder / "db");
    {
        database.begin().execute("INSERT INTO snapshots VALUES ('a')");
    }
    {
        auto transaction = database.begin(Durability::relaxed);
        transaction.execute("INSERT INTO snapshots VALUES ('b')");
        transaction.commit();
    }
    auto transaction = database.begin();
    EXPECT_THROW(transaction.execute("INSERT INTO snapshots VALUES ('b')"), ConstraintViolation);
    auto rows = transaction.query("SELECT id FROM snapshots");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.text(0), "b");
    EXPECT_FALSE(rows.next());
}

TEST(Database, RefusesTheFileOfANewerDhow) {
    TemporaryDirectory folder;
    {
        Database(folder / "db").begin().execute("PRAGMA user_version=99");
    }
    {
        Database database(folder / "db");
        auto transaction = database.begin();
        transaction.execute("PRAGMA user_version=99");
        transaction.commit();
    }
    EXPECT_THROW(Database(folder / "db"), InternalError);
}

TEST(Documents, KeepIdsAndNamesApart) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    store.containers().insert({"1", "web", "{}"});
    EXPECT_THROW(store.containers().insert({"2", "web", "{}"}), ConstraintViolation);
    store.containers().put({"1", "site", R"({"a":1})"});
    store.containers().insert({"2", "web", "{}"});
    EXPECT_EQ(store.containers().find("1")->name, "site");
    EXPECT_EQ(store.containers().all().size(), 2U);
    EXPECT_TRUE(store.containers().remove("1"));
    EXPECT_FALSE(store.containers().remove("1"));
    EXPECT_TRUE(store.volumes().all().empty());
}

TEST(Blobs, AppearWholeOrNotAtAll) {
    TemporaryDirectory folder;
    Blobs blobs(folder / "blobs");
    auto digest = blobs.put("hello");
    EXPECT_EQ(digest.hex(), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    EXPECT_EQ(blobs.read(digest), "hello");
    EXPECT_EQ(blobs.size(digest), 5);
    EXPECT_THROW(blobs.read(digest, 4), InvalidArgument);
    {
        auto ingest = blobs.ingest();
        ingest.write(as_bytes("other"));
        EXPECT_THROW(ingest.commit(digest), InvalidArgument);
    }
    EXPECT_EQ(entries(folder / "blobs/ingest"), 0U);
    EXPECT_EQ(entries(folder / "blobs/sha256"), 1U);
    EXPECT_THROW(blobs.open(sha256("absent")), NotFound);
}

TEST(Blobs, DamageOnDiskIsNoticed) {
    TemporaryDirectory folder;
    Blobs blobs(folder / "blobs");
    auto digest = blobs.put("hello");
    write_file(folder / "blobs/sha256" / digest.hex(), "hellO");
    EXPECT_THROW(blobs.read(digest), InternalError);
}

TEST(Layers, AreSharedAndLiveAsLongAsSomethingNeedsThem) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    std::string id;
    {
        auto pin = make_layer(store, "one");
        id = pin.layer().id;
        EXPECT_EQ(make_layer(store, "one").layer().id, id) << "the same content must not be kept twice";
        store.collect();
        EXPECT_TRUE(store.layers().find(sha256("one"))) << "a pin must keep the layer";
        use_in_image(store, "image", id);
    }
    store.collect();
    EXPECT_TRUE(store.layers().find(sha256("one")));
    store.snapshots().prepare("container", {id});
    drop_image(store, "image");
    EXPECT_TRUE(store.layers().find(sha256("one"))) << "a container's snapshot must keep the layer";
    store.remove_snapshot("container");
    EXPECT_FALSE(store.layers().find(sha256("one")));
    store.trash().drain();
    EXPECT_EQ(entries(folder / "root/layers"), 0U);
    EXPECT_EQ(entries(folder / "root/snapshots"), 0U);
    EXPECT_EQ(entries(folder / "root/trash"), 0U);
}

TEST(Layers, ADraftVanishesUnlessCommitted) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    {
        write_file(store.layers().draft().diff() / "x", "x");
    }
    EXPECT_EQ(entries(folder / "root/layers"), 0U);
}

TEST(Snapshots, GiveTheirDirectoriesTopFirst) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    auto low = make_layer(store, "low");
    auto top = make_layer(store, "top");
    auto snapshot = store.snapshots().prepare("c", {top.layer().id, low.layer().id});
    EXPECT_THAT(snapshot.lowerdirs,
                ElementsAre(store.layers().diff(top.layer().id), store.layers().diff(low.layer().id)));
    EXPECT_EQ(store.snapshots().get("c").lowerdirs, snapshot.lowerdirs);
    EXPECT_TRUE(std::filesystem::is_directory(snapshot.upperdir));
    EXPECT_TRUE(std::filesystem::is_empty(snapshot.workdir));
    EXPECT_THROW(store.snapshots().prepare("c", {}), Conflict);
    EXPECT_THROW(store.snapshots().prepare("d", {"no such layer"}), NotFound);
    EXPECT_THAT(store.snapshots().list(), ElementsAre("c"));
    EXPECT_EQ(entries(folder / "root/snapshots"), 1U);
}

TEST(Snapshots, CountEachInodeOnce) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    auto snapshot = store.snapshots().prepare("c", {});
    write_file(snapshot.upperdir / "a", "12345");
    std::filesystem::create_hard_link(snapshot.upperdir / "a", snapshot.upperdir / "b");
    std::filesystem::create_directory(snapshot.upperdir / "d");
    write_file(snapshot.upperdir / "d/c", "123");
    auto usage = store.snapshots().usage("c");
    EXPECT_EQ(usage.bytes, 8);
    EXPECT_EQ(usage.inodes, 3);
    EXPECT_THROW(store.snapshots().usage("x"), NotFound);
}

TEST(Store, TheStartRemovesWhatNoRowKnowsAndNothingElse) {
    TemporaryDirectory folder;
    std::string kept;
    oci::Digest blob;
    {
        Store store(folder / "root");
        auto pin = make_layer(store, "kept");
        kept = pin.layer().id;
        make_layer(store, "unused");
        store.snapshots().prepare("c", {kept});
        store.blobs().put("stray");
        blob = store.blobs().put("used");
        use_in_image(store, "image", kept);
        auto transaction = store.database().begin();
        transaction.execute("INSERT INTO image_blobs VALUES ('image', ?1)", blob.text());
        transaction.commit();
        std::filesystem::create_directories(folder / "root/layers/stray/diff/x");
        std::filesystem::create_directories(folder / "root/snapshots/stray/diff");
        write_file(folder / "root/blobs/ingest/half", "ha");
    }
    Store store(folder / "root");
    store.trash().drain();
    EXPECT_EQ(entries(folder / "root/layers"), 1U);
    EXPECT_TRUE(std::filesystem::exists(store.layers().diff(kept) / "file"));
    EXPECT_THAT(store.snapshots().list(), ElementsAre("c"));
    EXPECT_EQ(entries(folder / "root/snapshots"), 1U);
    EXPECT_EQ(entries(folder / "root/blobs/sha256"), 1U);
    EXPECT_EQ(entries(folder / "root/blobs/ingest"), 0U);
    EXPECT_EQ(entries(folder / "root/trash"), 0U);
}

/// What a busy daemon does, for ever.
[[noreturn]] void work_until_killed(const std::filesystem::path& root, int ready) {
    Store store(root);
    for (int i = 0;; ++i) {
        std::string name = "object" + std::to_string(i % 7);
        auto pin = make_layer(store, random_hex(2000));
        std::string content = random_hex(500);
        auto blob = store.blobs().put(content);
        {
            auto transaction = store.database().begin();
            transaction.execute("DELETE FROM images WHERE id = ?1", name);
            add_image(transaction, name, blob.text(), pin.layer().id);
            transaction.execute("INSERT INTO image_blobs VALUES (?1, ?2)", name, blob.text());
            transaction.commit();
        }
        store.snapshots().remove(name);
        store.snapshots().prepare(name, {pin.layer().id});
        store.collect();
        if (i == 3) (void)!::write(ready, "x", 1);
    }
}

void check_consistent(Store& store, const std::filesystem::path& root) {
    store.trash().drain();
    std::size_t layers = 0, blobs = 0;
    auto transaction = store.database().begin();
    auto rows = transaction.query("SELECT id FROM layers");
    while (rows.next()) {
        ++layers;
        EXPECT_EQ(std::filesystem::file_size(root / "layers" / rows.text(0) / "diff/file"), 4000U);
    }
    auto named = transaction.query("SELECT blob FROM image_blobs");
    while (named.next()) {
        ++blobs;
        EXPECT_EQ(store.blobs().read(oci::Digest::parse(named.text(0))).size(), 1000U);
    }
    EXPECT_EQ(entries(root / "layers"), layers);
    EXPECT_EQ(entries(root / "blobs/sha256"), blobs);
    auto count = transaction.query("SELECT count(*) FROM snapshots");
    count.next();
    EXPECT_EQ(entries(root / "snapshots"), static_cast<std::size_t>(count.integer(0)));
    EXPECT_EQ(entries(root / "trash"), 0U);
}

TEST(Store, AKillAtAnyMomentLeavesNothingHalf) {
    TemporaryDirectory folder;
    for (int round = 0; round < 12; ++round) {
        int ready[2];
        ASSERT_EQ(::pipe(ready), 0);
        pid_t child = ::fork();
        if (child == 0) work_until_killed(folder / "root", ready[1]);
        ::close(ready[1]);
        char byte;
        ASSERT_EQ(::read(ready[0], &byte, 1), 1);
        ::usleep(static_cast<useconds_t>(1000 * round + 137));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(ready[0]);
        Store store(folder / "root");
        check_consistent(store, folder / "root");
    }
}

TEST(Store, ThreadsDoNotDisturbEachOther) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&store, t] {
            for (int i = 0; i < 20; ++i) {
                auto pin = make_layer(store, "content" + std::to_string(i % 5));
                auto id = std::to_string(t) + "-" + std::to_string(i);
                store.snapshots().prepare(id, {pin.layer().id});
                store.snapshots().remove(id);
                store.collect();
            }
        });
    for (auto& thread : threads) thread.join();
    store.collect();
    store.trash().drain();
    EXPECT_EQ(entries(folder / "root/layers"), 0U);
}

}  // namespace
}  // namespace dhow::store
