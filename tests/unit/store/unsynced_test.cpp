// What is not on disk yet, and what a power cut leaves of it.

#include "store/unsynced.hpp"

#include <gtest/gtest.h>

#include "unit/store/content.hpp"
#include "unit/store/temporary.hpp"

namespace dhow::store {
namespace {

using dhow::testing::TemporaryDirectory;

const std::string synced = "sha256:" + std::string(64, 'a');
const std::string unsynced = "sha256:" + std::string(64, 'b');

void add_unsynced_image(Store& store) {
    auto pin = make_layer(store, "unsynced", Durability::relaxed);
    auto transaction = store.database().begin(Durability::relaxed);
    add_image(transaction, unsynced, "m", pin.layer().id);
    store.unsynced().mark(transaction, oci::Digest::parse(unsynced));
    transaction.commit();
}

bool is_marked(Store& store, const std::string& image) {
    auto transaction = store.database().begin();
    return Unsynced::is_marked(transaction, oci::Digest::parse(image));
}

std::int64_t count(Store& store, const std::string& table) {
    auto transaction = store.database().begin();
    auto rows = transaction.query("SELECT count(*) FROM " + table);
    rows.next();
    return rows.integer(0);
}

/// As if the machine had started again since.
void pretend_another_boot(Store& store) {
    auto transaction = store.database().begin();
    transaction.execute("UPDATE images SET unsynced = 'another' WHERE unsynced IS NOT NULL");
    transaction.commit();
}

TEST(Unsynced, ASyncTakesTheMarksAway) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    EXPECT_FALSE(store.unsynced().pending());
    add_unsynced_image(store);
    EXPECT_TRUE(store.unsynced().pending());
    EXPECT_TRUE(is_marked(store, unsynced));
    store.unsynced().sync();
    EXPECT_FALSE(store.unsynced().pending());
    EXPECT_FALSE(is_marked(store, unsynced));
}

TEST(Unsynced, ALayerAloneIsSomethingToSync) {
    TemporaryDirectory folder;
    Store store(folder / "root");
    auto pin = make_layer(store, "content", Durability::relaxed);
    EXPECT_TRUE(store.unsynced().pending());
    auto other = make_layer(store, "other");
    store.unsynced().sync();
    EXPECT_FALSE(store.unsynced().pending());
}

TEST(Unsynced, OutlivesADaemonThatIsKilled) {
    TemporaryDirectory folder;
    {
        Store store(folder / "root");
        add_unsynced_image(store);
    }
    Store store(folder / "root");
    EXPECT_EQ(count(store, "images"), 1);
    EXPECT_EQ(count(store, "layers"), 1);
    EXPECT_TRUE(store.unsynced().pending());
    store.unsynced().sync();
    EXPECT_FALSE(is_marked(store, unsynced));
}

TEST(Unsynced, IsForgottenAfterAPowerCutWithItsLayersAndKeys) {
    TemporaryDirectory folder;
    {
        Store store(folder / "root");
        auto kept = make_layer(store, "kept");
        {
            auto transaction = store.database().begin();
            add_image(transaction, synced, "m", kept.layer().id);
            transaction.commit();
        }
        add_unsynced_image(store);
        {
            auto transaction = store.database().begin();
            transaction.execute("INSERT INTO build_cache VALUES ('key', ?1, 0)", unsynced);
            transaction.commit();
        }
        pretend_another_boot(store);
    }
    Store store(folder / "root");
    EXPECT_EQ(count(store, "images"), 1);
    EXPECT_EQ(count(store, "layers"), 1);
    EXPECT_EQ(count(store, "build_cache"), 0);
    EXPECT_TRUE(store.layers().find(sha256("kept")));
    EXPECT_FALSE(store.unsynced().pending());
}

TEST(Unsynced, ADatabaseOfVersion2HasAllOfItSynced) {
    TemporaryDirectory folder;
    {
        Store store(folder / "root");
        auto pin = make_layer(store, "old");
        auto transaction = store.database().begin();
        add_image(transaction, synced, "m", pin.layer().id);
        transaction.execute("ALTER TABLE images DROP COLUMN unsynced");
        transaction.execute("PRAGMA user_version=2");
        transaction.commit();
    }
    Store store(folder / "root");
    EXPECT_EQ(count(store, "images"), 1);
    EXPECT_FALSE(is_marked(store, synced));
    EXPECT_FALSE(store.unsynced().pending());
}

}  // namespace
}  // namespace dhow::store
