// The document that a build's cache travels as, and what --cache-to and --cache-from may say.

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "build/share/document.hpp"
#include "build/share/entry.hpp"

namespace dhow::build {
namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

TEST(CacheDocument, is_read_as_it_was_written) {
    CacheDocument document;
    document.layers.push_back(oci::Digest::parse(digest));
    document.steps.push_back({{"one", "two"}, "{}", 0});
    document.steps.push_back({{"three"}, "", {}});
    auto again = CacheDocument::parse(document.text());
    EXPECT_EQ(again.layers, document.layers);
    ASSERT_EQ(again.steps.size(), 2U);
    EXPECT_EQ(again.steps[0].keys, document.steps[0].keys);
    EXPECT_EQ(again.steps[0].layer, 0);
    EXPECT_EQ(again.steps[1].layer, std::nullopt);
}

TEST(CacheDocument, of_a_stranger_names_no_layer_that_it_has_not) {
    for (const char* layer : {"1", "-1"}) {
        auto text = "{\"version\":1,\"layers\":[\"" + digest +
                    "\"],\"steps\":[{\"keys\":[\"k\"],\"layer\":" + layer + "}]}";
        EXPECT_THROW(CacheDocument::parse(text), InvalidArgument) << layer;
    }
    EXPECT_THROW(CacheDocument::parse("{\"version\":2,\"steps\":[]}"), InvalidArgument);
    EXPECT_THROW(CacheDocument::parse("[]"), InvalidArgument);
}

TEST(CacheDocument, inside_of_an_image_has_the_image_s_layers) {
    CacheDocument document;
    document.steps.push_back({{"key"}, "", 0});
    auto config = R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")" + digest +
                  R"("]}})";
    EXPECT_FALSE(CacheDocument::find_inline(config));
    auto found = CacheDocument::find_inline(document.put_inline(config));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->layers, std::vector{oci::Digest::parse(digest)});
    document.steps[0].layer = 1;
    EXPECT_THROW(CacheDocument::find_inline(document.put_inline(config)), InvalidArgument);
}

TEST(CacheEntry, works_or_is_refused) {
    auto entries = read_cache_entries(R"(["a/b",{"Type":"local","Attrs":{"src":"x"}}])");
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].text(), "registry a/b");
    EXPECT_NO_THROW(entries[0].check_import());
    EXPECT_NO_THROW(entries[1].check_import());
    EXPECT_THROW(read_cache_entries("{}"), InvalidArgument);
    EXPECT_THROW((CacheEntry{"gha", {}}.check_export()), NotImplemented);
    EXPECT_THROW((CacheEntry{"registry", {}}.check_export()), InvalidArgument);
    EXPECT_THROW((CacheEntry{"registry", {{"ref", "x"}, {"compression", "zstd"}}}.check_export()),
                 NotImplemented);
    EXPECT_THROW((CacheEntry{"local", {{"dest", "x"}, {"mode", "all"}}}.check_export()), InvalidArgument);
    EXPECT_THROW((CacheEntry{"registry", {{"ref", "x"}, {"unknown", "1"}}}.check_import()), NotImplemented);
}

}  // namespace
}  // namespace dhow::build
