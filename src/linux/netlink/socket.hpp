#pragma once
// A netlink socket and batches of requests on it (netlink(7), rtnetlink(7)).
//
// A batch is one sendmsg: the kernel works through its messages in order and acknowledges each. It does not
// stop at the first that fails, so whoever sends a batch makes what fails whole again by removing the object
// it was building (a namespace, an interface).

#include <functional>
#include <string>
#include <vector>

#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include "base/unique_fd.hpp"

namespace dhow::linux::netlink {

/// Requests in the making. A header that `add` gave is valid until the next `add`; the functions of
/// links.hpp, addresses.hpp and routes.hpp are what calls it.
class Batch {
  public:
    /// Starts a message. @param what names it in errors: "create veth1a2b3c4".
    nlmsghdr* add(std::uint16_t type, std::uint16_t flags, std::string what);

    bool empty() const noexcept { return messages_.empty(); }

  private:
    friend class Socket;
    struct Message {
        std::size_t offset;
        std::string what;
    };
    void finish_last();

    std::vector<char> buffer_;
    std::size_t used_ = 0;
    std::vector<Message> messages_;
};

/// A socket of the network namespace in which it was made; it stays in that one whoever uses it. For one
/// thread at a time.
class Socket {
  public:
    /// @param protocol NETLINK_ROUTE, or NETLINK_NETFILTER. @throws SystemError
    explicit Socket(int protocol);
    Socket() : Socket(NETLINK_ROUTE) {}

    /// Sends a batch and waits for every acknowledgement.
    /// @throws SystemError of the first message that failed: "create veth1a2b3c4: File exists (what the
    ///     kernel added)". Messages after it may have been done.
    void send(Batch batch);

    /// Asks for objects: hands each message of the answer to `each`. With NLM_F_DUMP in `flags`: all objects.
    /// @throws SystemError; ENODEV where a named link does not exist.
    void ask(Batch request, const std::function<void(const nlmsghdr*)>& each);

  private:
    void transmit(Batch& batch);
    std::size_t receive();

    UniqueFd fd_;
    std::uint32_t sequence_ = 0;
    std::vector<char> answer_;
};

}  // namespace dhow::linux::netlink
