#pragma once
// The keys that leave an attached container running.

#include <string>
#include <string_view>

namespace dhow::cli {

inline constexpr std::string_view default_detach_keys = "ctrl-p,ctrl-q";

/// "ctrl-p,ctrl-q" as the bytes that the terminal sends.
/// @throws InvalidArgument("invalid detach keys (...): Unknown character: '...'").
std::string parse_detach_keys(std::string_view text);

/// Watches what is typed. The keys themselves are held back until they are complete or broken off.
class DetachWatch {
  public:
    /// No keys: nothing is ever held back.
    explicit DetachWatch(std::string keys) : keys_(std::move(keys)) {}

    /// Appends what is to be passed on to `out`. @return true once the keys are complete.
    bool feed(std::string_view typed, std::string& out);

  private:
    std::string keys_;
    std::size_t matched_ = 0;
};

}  // namespace dhow::cli
