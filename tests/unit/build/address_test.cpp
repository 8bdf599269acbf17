#include "build/remote/address.hpp"

#include <gtest/gtest.h>

namespace dhow::build {
namespace {

TEST(Address, name_and_password_go_into_a_header) {
    auto address = read_address("https://some%40body:pass%3Aword@example.org:8443/a@b?c=@d");
    EXPECT_EQ(address.url, "https://example.org:8443/a@b?c=@d");
    // printf 'some@body:pass:word' | base64
    EXPECT_EQ(address.authorization, "Basic c29tZUBib2R5OnBhc3M6d29yZA==");
    EXPECT_EQ(read_address("https://token@example.org/").authorization, "Basic dG9rZW46");
}

TEST(Address, without_them_stays_as_it_is) {
    for (const char* url :
         {"https://example.org/a@b", "git@example.org:a/b", "http://", "x", "https://example.org?a@b"}) {
        EXPECT_EQ(read_address(url).url, url);
        EXPECT_EQ(read_address(url).authorization, "");
        EXPECT_EQ(without_credentials(url), url);
    }
}

TEST(Address, is_shown_without_them) {
    EXPECT_EQ(without_credentials("ADD https://a:b@c/d http://e@f /g@h"),
              "ADD https://xxxxx:xxxxx@c/d http://xxxxx:xxxxx@f /g@h");
    EXPECT_EQ(without_credentials("unable to access 'https://a:b@c/': no"),
              "unable to access 'https://xxxxx:xxxxx@c/': no");
}

}  // namespace
}  // namespace dhow::build
