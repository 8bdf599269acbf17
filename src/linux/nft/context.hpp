#pragma once
// nftables in this process (libnftables(3)): commands in the language of nft(8).

#include <memory>
#include <string>

extern "C" {
struct nft_ctx;
}

namespace dhow::linux::nft {

/// Talks to the nftables of the network namespace in which it was made. For one thread at a time.
class Context {
  public:
    /// @throws InternalError
    Context();

    /// Runs commands as one transaction: all of them, or none.
    /// @throws InternalError with nft's own words.
    void run(const std::string& commands);

    /// Runs commands and gives what they print: numbers for ports, names for protocols.
    std::string query(const std::string& commands);

  private:
    struct Free {
        void operator()(nft_ctx* context) const noexcept;
    };
    std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace dhow::linux::nft
