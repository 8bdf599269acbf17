#include "build/buildkit/status.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace dhow::build::buildkit {
namespace {

void run(Task<void> test, asio::io_context& loop) {
    asio::co_spawn(loop, std::move(test), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    loop.run();
}

TEST(StatusLog, tells_of_each_vertex_from_its_start_to_its_end) {
    asio::io_context loop;
    StatusLog log(loop.get_executor());
    auto test = [](StatusLog& status) -> Task<void> {
        Vertex vertex(status, "[1/1] RUN x");
        vertex.start();
        co_await vertex.write(1, "said\n");
        vertex.progress("transferring", 5, 10);
        vertex.cached();
        vertex.finish("reason");
        vertex.finish();
        status.close();
        protocol::StatusResponse told;
        bool more = co_await status.read(told);
        EXPECT_TRUE(more);
        EXPECT_EQ(told.vertexes_size(), 2);
        EXPECT_EQ(told.vertexes(0).name(), "[1/1] RUN x");
        EXPECT_FALSE(told.vertexes(0).has_completed());
        EXPECT_TRUE(told.vertexes(1).has_completed());
        EXPECT_TRUE(told.vertexes(1).cached());
        EXPECT_EQ(told.vertexes(1).error(), "reason");
        EXPECT_EQ(told.logs(0).message(), "said\n");
        EXPECT_EQ(told.logs(0).vertex(), told.vertexes(0).digest());
        EXPECT_EQ(told.statuses(0).total(), 10);
        more = co_await status.read(told);
        EXPECT_FALSE(more);
    };
    run(test(log), loop);
}

TEST(StatusLog, keeps_little_where_nobody_reads_and_all_where_somebody_does) {
    asio::io_context loop;
    StatusLog log(loop.get_executor());
    auto test = [](StatusLog& status) -> Task<void> {
        Vertex vertex(status, "x");
        // Nobody has asked yet: this must end, and must not keep it all.
        for (int i = 0; i < 100; ++i) co_await vertex.write(1, std::string(1 << 20, 'x'));
        vertex.finish();
        status.close();
        std::size_t kept = 0;
        protocol::StatusResponse told;
        while (co_await status.read(told))
            for (const auto& line : told.logs()) kept += line.message().size();
        EXPECT_GT(kept, std::size_t{1} << 20);
        EXPECT_LT(kept, std::size_t{10} << 20);
    };
    run(test(log), loop);

    asio::io_context other;
    StatusLog watched(other.get_executor());
    auto write = [](StatusLog& status) -> Task<void> {
        Vertex vertex(status, "x");
        for (int i = 0; i < 100; ++i) co_await vertex.write(1, std::string(1 << 20, 'x'));
        status.close();
    };
    std::size_t read = 0;
    auto watch = [&read](StatusLog& status) -> Task<void> {
        protocol::StatusResponse told;
        while (co_await status.read(told))
            for (const auto& line : told.logs()) read += line.message().size();
    };
    asio::co_spawn(other, watch(watched), asio::detached);
    run(write(watched), other);
    EXPECT_EQ(read, std::size_t{100} << 20);
}

}  // namespace
}  // namespace dhow::build::buildkit
