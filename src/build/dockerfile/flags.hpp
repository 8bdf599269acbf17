#pragma once
// The flags of one instruction: each is taken by its name, and what is left over at the end is an error.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/parser.hpp"

namespace dhow::build::dockerfile {

class Flags {
  public:
    /// Takes what `statement` has. @throws DockerfileError for what is no "--name" or "--name=value"
    explicit Flags(const Statement& statement);

    /// The value of a flag that may come once; "" when it is absent. @throws DockerfileError
    std::string text(std::string_view name);
    /// "--name", "--name=true" or "--name=false".
    std::optional<bool> boolean(std::string_view name);
    /// Of a flag that may come several times.
    std::vector<std::string> list(std::string_view name);
    /// @throws DockerfileError for the first flag that nobody asked for
    void finish() const;

  private:
    struct Flag {
        std::string name;
        std::optional<std::string> value;
        bool taken = false;
    };
    const Statement& statement_;
    std::vector<Flag> flags_;
    std::vector<std::string_view> asked_;
};

}  // namespace dhow::build::dockerfile
