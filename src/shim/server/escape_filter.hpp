#pragma once
// The keys that detach a terminal, looked for in what the user types.

#include <string>
#include <string_view>

namespace dhow::shim {

/// Passes bytes on until the whole sequence was typed. The start of a sequence is held back until it is clear
/// whether it goes on; when it does not, all of it is passed on.
class EscapeFilter {
  public:
    /// @param keys raw bytes; empty: nothing detaches.
    explicit EscapeFilter(std::string keys) : keys_(std::move(keys)) {}

    struct Result {
        std::string pass;
        bool detach = false;  ///< what came after the sequence is dropped
    };
    Result feed(std::string_view bytes);

  private:
    std::string keys_;
    std::size_t matched_ = 0;
};

}  // namespace dhow::shim
