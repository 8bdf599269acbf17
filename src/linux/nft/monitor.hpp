#pragma once
// News of changes to the ruleset (NFNLGRP_NFTABLES, linux/netfilter/nf_tables.h).

#include <string>

#include "base/unique_fd.hpp"

namespace dhow::linux::nft {

/// Hears when somebody takes a table, or chains, rules or sets of it, away. Elements that go are no news.
class Monitor {
  public:
    /// Of the calling thread's network namespace. @throws SystemError
    explicit Monitor(std::string table);

    /// Becomes readable when there is news.
    int fd() const noexcept { return fd_.get(); }

    /// Reads all that is there. @return true when the table lost something, or when news were lost.
    bool read();

  private:
    std::string table_;
    UniqueFd fd_;
};

}  // namespace dhow::linux::nft
