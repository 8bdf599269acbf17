// How `dhow build` looks: its model, the live view, and the picture of the stages.

#include <gtest/gtest.h>

#include "cli/build/fields.hpp"
#include "cli/build/graph.hpp"
#include "cli/build/live_view.hpp"

namespace dhow::cli {
namespace {

using namespace std::chrono_literals;

class View : public testing::Test {
  protected:
    void tell(std::string_view event) { model_.apply(json::parse(event), now_); }
    std::string draw(std::size_t columns = 60, std::size_t rows = 0) {
        std::string text;
        for (const auto& line : draw_build(model_, start_, now_, columns, rows)) text += line + "\n";
        return text;
    }
    void begin() {
        tell(R"({"stages":[{"number":0,"name":"make","base":"busybox","needs":[],"steps":1},)"
             R"({"number":2,"name":"","base":"","needs":[0],"from":0,"steps":2}]})");
        tell(R"({"stage":0,"begins":"FROM busybox","line":1})");
        now_ += 1500ms;
        tell(R"({"stage":0,"ends":true})");
        tell(R"({"stage":0,"begins":"RUN make","line":2})");
    }

    Moment start_{}, now_{};
    BuildModel model_;
};

TEST_F(View, shows_stages_steps_times_and_the_last_lines) {
    begin();
    tell(R"({"stage":0,"output":"one\ntwo\nthree\nfour\nfive\n\u001b[31msix\u001b[0m"})");
    now_ += 500ms;
    EXPECT_EQ(draw(),
              "building  1/4 steps  2.0s\n"
              "make     \xe2\x9c\x93 FROM busybox                                 1.5s\n"
              "         \xe2\x96\xb8 RUN make                                     0.5s\n"
              "           | three\n           | four\n           | five\n           | six\n"
              "stage 2    waits for make                                   \n");
}

TEST_F(View, shows_what_was_cached) {
    begin();
    tell(R"({"stage":0,"cached":true})");
    tell(R"({"stage":0,"ends":true})");
    EXPECT_NE(draw().find("RUN make                                   cached\n"), std::string::npos)
        << draw();
    EXPECT_EQ(model_.steps_done(), 2U);
}

TEST_F(View, counts_no_step_as_running_that_waits_for_another_stage) {
    begin();
    tell(R"({"stage":2,"begins":"COPY --from=make /a /b","line":3})");
    now_ += 1000ms;
    EXPECT_EQ(draw().find("at the same time"), std::string::npos);
    EXPECT_NE(draw().find(" waits\n"), std::string::npos) << draw();
    tell(R"({"stage":0,"ends":true})");
    now_ += 100ms;
    EXPECT_NE(draw().find(" 0.1s\n"), std::string::npos) << draw();
}

TEST_F(View, fits_a_small_terminal) {
    begin();
    tell(R"({"stage":0,"ends":true})");
    for (int i = 0; i < 8; ++i) {
        tell(
            R"({"stage":2,"begins":"COPY a very long line that does not fit into the terminal at all /x","line":3})");
        tell(R"({"stage":2,"ends":true})");
    }
    tell(R"({"stage":2,"begins":"RUN the last one","line":9})");
    auto text = draw(40, 5);
    EXPECT_EQ(std::ranges::count(text, '\n'), 5) << text;
    EXPECT_EQ(text.find("long line that does not fit"), std::string::npos);
}

TEST_F(View, writes_over_lines_as_a_terminal_does) {
    Tail tail;
    tail.add("10%\r20%\r30%\ndone\tx");
    EXPECT_EQ(tail.last(5), (std::vector<std::string>{"30%", "done    x"}));
    for (int i = 0; i < 100; ++i) tail.add("line\n");
    EXPECT_EQ(tail.last(1000).size(), Tail::most);
}

TEST_F(View, tells_what_failed_and_not_what_was_cancelled) {
    begin();
    tell(R"({"stage":2,"begins":"RUN other","line":4})");
    tell(R"({"stage":0,"output":"reason\n"})");
    tell(R"({"stage":0,"ends":true,"failed":"it did"})");
    tell(R"({"stage":2,"ends":true,"failed":"because of it","cancelled":true})");
    tell(R"({"place":"Dockerfile:2\n"})");
    EXPECT_EQ(draw_failure(model_), "------\n > [make] RUN make:\nreason\n------\nDockerfile:2\n");
    EXPECT_NE(draw().find("cancelled"), std::string::npos);
}

TEST_F(View, draws_a_picture_of_the_stages) {
    begin();
    tell(R"({"stage":2,"begins":"RUN echo '<&>'","line":4})");
    auto picture = draw_graph(model_, now_);
    EXPECT_TRUE(picture.starts_with("<svg ")) << picture;
    EXPECT_NE(picture.find(">make</text>"), std::string::npos);
    EXPECT_NE(picture.find("&lt;&amp;&gt;"), std::string::npos);
    EXPECT_EQ(picture.find("<&"), std::string::npos);
    EXPECT_NE(picture.find("marker-end"), std::string::npos) << "an arrow from one to the other";
}

TEST(Fields, are_parted_by_commas_outside_of_quotes) {
    EXPECT_EQ(read_fields("type=local,\"dest=a,b\",x"),
              (Fields{{"type", "local"}, {"dest", "a,b"}, {"x", ""}}));
    EXPECT_THROW(read_fields("\"a"), InvalidArgument);
}

}  // namespace
}  // namespace dhow::cli
