#include "support/end_to_end.hpp"

#include <cstdlib>
#include <iostream>

namespace dhow::test {

std::unique_ptr<Host> EndToEnd::host_;
std::unique_ptr<Daemon> EndToEnd::daemon_;
Inventory EndToEnd::before_;

void EndToEnd::SetUpTestSuite() {
    host_ = std::make_unique<Host>();
    if (std::getenv("DHOW_PEER"))
        daemon_ = std::make_unique<Dockerd>(*host_);
    else
        daemon_ = std::make_unique<Dhowd>(*host_);
    daemon_->import_busybox();
    daemon_->docker_ok("run --rm busybox true");
    settle();
}

void EndToEnd::TearDownTestSuite() {
    daemon_.reset();
    host_.reset();
}

void EndToEnd::TearDown() {
    if (!daemon_->running()) daemon_->start();
    daemon_->remove_all();
    if (!std::getenv("DHOW_PEER")) {
        EXPECT_EQ(leaked_since(*daemon_, before_), "");
    }
    if (HasFailure()) std::cerr << "the daemon said:\n" << daemon_->log() << std::endl;
}

std::string EndToEnd::docker(const std::string& line) {
    auto result = daemon().docker(line);
    EXPECT_EQ(result.status, 0) << describe(result);
    return result.text();
}

std::string EndToEnd::inspect(const std::string& name, const std::string& format) {
    return docker("inspect -f '" + format + "' " + name);
}

void EndToEnd::expect_status(const std::string& name, const std::string& status) {
    std::string seen;
    EXPECT_TRUE(eventually([&] { return (seen = inspect(name, "{{.State.Status}}")) == status; }))
        << name << " is " << seen << ", not " << status;
}

double milliseconds(const std::function<void()>& body) {
    auto start = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace dhow::test
