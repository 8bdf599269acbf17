#include <algorithm>

#include <gmock/gmock.h>

#include "cli/bootstrap/debian.hpp"

namespace dhow::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(Debian, is_made_of_what_was_asked_for) {
    auto words = debian_command({"bookworm", "minbase", {"nginx,curl", "vim"}, {"http://mirror/debian"}});
    EXPECT_EQ(words.front(), "mmdebstrap");
    for (const char* word : {"--variant=minbase", "--include=nginx,curl", "--include=vim"})
        EXPECT_THAT(words, Contains(word));
    auto suite = std::ranges::find(words, "bookworm");
    EXPECT_EQ(std::vector(suite, words.end()),
              (std::vector<std::string>{"bookworm", "-", "http://mirror/debian"}));
}

TEST(Debian, behaves_in_a_container_as_the_images_of_registries_do) {
    auto words = debian_command({"trixie", "apt", {}, {}});
    EXPECT_THAT(words, Contains(HasSubstr("exit 101' >\"$1/usr/sbin/policy-rc.d\"")));
    EXPECT_THAT(words, Contains(HasSubstr("force-unsafe-io")));
    EXPECT_THAT(words, Contains(HasSubstr("apt.conf.d/docker-clean")));
    EXPECT_EQ(words[words.size() - 3], R"(--customize-hook=rm -f "$1"/var/cache/apt/*.bin)");
    EXPECT_THAT(debian_command({"trixie", "essential", {}, {}}), Not(Contains(HasSubstr("apt.conf.d"))));
}

}  // namespace
}  // namespace dhow::cli
