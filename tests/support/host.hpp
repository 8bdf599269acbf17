#pragma once
// A network of its own for a test: bridges, firewall tables and ports of daemons under test meet nobody
// else's.

#include <functional>
#include <string>

#include "base/unique_fd.hpp"

namespace dhow::test {

/// A network namespace with its loopback up (network_namespaces(7)). It has no name and is pinned nowhere:
/// the kernel removes it with the last descriptor and the last process in it.
class Host {
  public:
    Host();

    /// Its namespace, for setns(2). Owned by this.
    int fd() const noexcept { return namespace_.get(); }

    /// Runs `body` on a thread inside this namespace, and waits for it. What it throws comes out here.
    void inside(const std::function<void()>& body) const;

    /// Joins two hosts by a cable: a veth pair with the addresses given ("192.0.2.1/24", and an IPv6 one in
    /// the same way); both ends are called `name`.
    static void join(const Host& left, const std::string& left_address, const Host& right,
                     const std::string& right_address, const std::string& name);

  private:
    UniqueFd namespace_;
};

}  // namespace dhow::test
