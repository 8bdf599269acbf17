#include "build/buildkit/recipe.hpp"

#include <gmock/gmock.h>

#include "build/buildkit/filesync.hpp"

namespace dhow::build::buildkit {
namespace {

using testing::ElementsAre;
using testing::Optional;

std::optional<std::vector<std::string>> wanted(const std::string& dockerfile,
                                               const std::string& target = "") {
    Request request;
    request.target = target;
    return wanted_paths(make_plan(dockerfile::parse_dockerfile(dockerfile), request));
}

TEST(WantedPaths, are_the_sources_of_the_stages_that_are_needed) {
    EXPECT_THAT(
        wanted("FROM a AS x\nCOPY unneeded /\nFROM b AS y\nADD /abs dir/ /\nFROM c\nCOPY --from=y /z /\n"
               "COPY f*.txt ./g /\n"),
        Optional(ElementsAre("abs", "dir", "f*.txt", "g")));
    EXPECT_THAT(wanted("FROM a\nRUN x\n"), Optional(ElementsAre()));
}

TEST(WantedPaths, are_all_where_they_cannot_be_known) {
    EXPECT_EQ(wanted("FROM a\nCOPY . /\n"), std::nullopt);
    EXPECT_EQ(wanted("FROM a\nARG X\nCOPY $X /\n"), std::nullopt);
    EXPECT_EQ(wanted("FROM a\nRUN --mount=type=bind,target=/x ls\n"), std::nullopt);
    EXPECT_THAT(wanted("FROM a\nRUN --mount=type=cache,target=/x ls\n"), Optional(ElementsAre()));
}

TEST(IgnorePatterns, are_clean_and_without_comments) {
    EXPECT_THAT(ignore_patterns("# no\n\n /a/b/ \n!./c\n*.md\r\n"), ElementsAre("a/b", "!c", "*.md"));
}

TEST(Metadata, holds_any_byte) {
    rpc::Metadata plain;
    add_encoded(plain, "followpaths", {"a", "b c"});
    EXPECT_THAT(plain, ElementsAre(testing::Pair("followpaths", "a"), testing::Pair("followpaths", "b c")));
    rpc::Metadata encoded;
    add_encoded(encoded, "followpaths", {"caf\xc3\xa9", "x\ny"});
    EXPECT_THAT(encoded,
                ElementsAre(testing::Pair("followpaths", "caf%C3%A9"), testing::Pair("followpaths", "x%0Ay"),
                            testing::Pair("followpaths-encoded", "1")));
}

TEST(Attributes, what_is_not_known_is_refused) {
    auto order =
        read_attributes({{"filename", "x"}, {"build-arg:A", "1"}, {"add-hosts", "a=1.2.3.4,b=::1"}}, "net");
    EXPECT_EQ(order.request.dockerfile, "x");
    EXPECT_EQ(order.request.network.id, "net");
    EXPECT_THAT(order.request.extra_hosts, ElementsAre("a:1.2.3.4", "b:::1"));
    EXPECT_THROW(read_attributes({{"something", "new"}}, ""), NotImplemented);
    EXPECT_THROW(read_attributes({{"shm-size", "much"}}, ""), InvalidArgument);
    EXPECT_THROW(read_attributes({{"attest:provenance", "mode=max"}}, ""), NotImplemented);
}

TEST(Attributes, a_subrequest_and_what_a_client_counts_on) {
    auto order = read_attributes(
        {{"requestid", "frontend.lint"}, {"frontend.caps", "moby.buildkit.frontend.subrequests+forward"}},
        "");
    EXPECT_EQ(order.subrequest, "frontend.lint");
    EXPECT_THROW(read_attributes({{"frontend.caps", "moby.buildkit.frontend.contexts,x.y+forward"}}, ""),
                 NotImplemented);
}

}  // namespace
}  // namespace dhow::build::buildkit
