#pragma once
// What every end-to-end test of one program shares: a host, a dhowd, the busybox image, and the leak check.

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "support/leaks.hpp"

namespace dhow::test {

/// One dhowd (with DHOW_PEER in the environment: dockerd, to try a test on the peer) for all tests of a
/// suite. After each test all containers and volumes are removed, and then nothing may be left of them.
class EndToEnd : public testing::Test {
  protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();
    void TearDown() override;
    /// What stands now is no leak later: for what a suite makes once.
    static void settle() { before_ = take_inventory(*daemon_); }

    static Daemon& daemon() { return *daemon_; }
    static const Host& host() { return *host_; }

    /// `docker LINE`; its output without the last newline. A status that is not 0 fails the test.
    static std::string docker(const std::string& line);
    /// What `docker inspect -f FORMAT NAME` prints.
    static std::string inspect(const std::string& name, const std::string& format);
    /// Waits until the container's State.Status is `status`.
    static void expect_status(const std::string& name, const std::string& status);

  private:
    static std::unique_ptr<Host> host_;
    static std::unique_ptr<Daemon> daemon_;
    static Inventory before_;
};

/// The milliseconds that `body` takes.
double milliseconds(const std::function<void()>& body);

}  // namespace dhow::test
